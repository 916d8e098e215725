"""The tables of catalog_service; no other service reads them."""
