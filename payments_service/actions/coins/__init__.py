"""Coins: bought, granted, spent, given away, expired."""
