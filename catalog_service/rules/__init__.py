"""What is allowed, and what it comes to. Pure."""
