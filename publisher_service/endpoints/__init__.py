"""The HTTP face of publisher_service."""
