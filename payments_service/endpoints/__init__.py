"""The HTTP face of payments_service."""
