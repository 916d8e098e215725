"""The tables of accounts_service; no other service reads them."""
