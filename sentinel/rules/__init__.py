"""What looks amount to: states, causes, sentences. Pure."""
