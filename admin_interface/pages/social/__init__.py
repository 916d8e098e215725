"""Social publication: what goes out to networks, when, and with which accounts."""
