"""Films: what somebody can do about one, unlocked, rented, given back."""
