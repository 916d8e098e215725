"""Every statement transcoder_service sends to its database."""
