"""The tables of publisher_service; no other service reads them."""
