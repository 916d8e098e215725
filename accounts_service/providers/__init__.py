"""Cryptography that others wrote: argon2 and joserfc."""
