"""What the library encodes, into what, and how the result is described."""
