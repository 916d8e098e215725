"""The launcher: the only code that knows every service."""
