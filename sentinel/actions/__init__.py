"""What sentinel does: look, remember, tell."""
