"""Every statement accounts_service sends to its database."""
