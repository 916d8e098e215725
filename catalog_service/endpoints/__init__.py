"""The HTTP face of catalog_service."""
