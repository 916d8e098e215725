"""The HTTP face of accounts_service."""
