"""Orders: made, paid, settled, given."""
