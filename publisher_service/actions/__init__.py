"""What can be done, one deed a function."""
