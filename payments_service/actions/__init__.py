"""What can be done with money."""
