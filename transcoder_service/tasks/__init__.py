"""The background jobs of transcoder_service, by name."""
