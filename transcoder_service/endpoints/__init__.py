"""The HTTP face of transcoder_service."""
