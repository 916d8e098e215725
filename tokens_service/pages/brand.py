"""Whose name is on a ticket, and where its code leads."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Brand:
    name: str
    portal_url: str

    def address(self, code: str) -> str:
        """Return the address that signs somebody in with this code."""
        return f"{self.portal_url.rstrip('/')}/code/{code}"
