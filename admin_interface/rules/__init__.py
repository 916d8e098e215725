"""Decisions of the dashboard that need nothing but their values."""
