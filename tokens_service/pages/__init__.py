"""Codes to give away: as a table, and as tickets to print."""
