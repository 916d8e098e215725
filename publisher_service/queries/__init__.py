"""Every statement sent to the database."""
