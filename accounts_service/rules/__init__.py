"""What is allowed in accounts_service, and what it comes to. Pure."""
