"""What can be done in the catalogue; each function is part of one transaction of its caller."""
