"""What can be done in accounts_service."""
