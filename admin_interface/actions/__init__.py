"""What staff can do that takes more than one call."""
