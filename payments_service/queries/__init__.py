"""Every statement sent to the database of payments_service."""
