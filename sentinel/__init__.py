"""The health of everything: what is wrong, whom it touches, why, and what to do."""
