"""What somebody does with their account: coming in, and looking after it."""
