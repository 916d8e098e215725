"""The tables of payments_service; no other service reads them."""
