"""Every statement catalog_service sends to its database."""
