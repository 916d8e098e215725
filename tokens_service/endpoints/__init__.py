"""The HTTP face of tokens_service."""
