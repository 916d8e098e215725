"""Every statement tokens_service sends to its store."""
