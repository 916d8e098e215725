"""Passwords that leaked somewhere, by a file of their hashes that the house may have.

The file is Pwned Passwords' own form, "ordered by hash": `SHA1:COUNT` lines, sorted (the count may
be missing). It is searched by halves, and never read as a whole. Nothing leaves the machine.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import BinaryIO

from kit.contracts.accounts import WeakPassword


class Breached:
    def __init__(self, file: str) -> None:
        self.file = Path(file) if file else None

    async def check(self, password: str) -> None:
        """Raise WeakPassword for one that leaked."""
        if self.file is not None and await asyncio.to_thread(_is_in, self.file, password):
            raise WeakPassword("This password has leaked somewhere. Choose another one.")


def _is_in(file: Path, password: str) -> bool:
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with file.open("rb") as lines:
        low, high = 0, lines.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            found = _line_after(lines, middle)
            if found and found < wanted:
                low = middle + 1
            else:
                high = middle
        return _line_after(lines, low) == wanted


def _line_after(lines: BinaryIO, place: int) -> bytes:
    """Return the hash of the first whole line at or after a place; nothing at the end."""
    lines.seek(max(0, place - 1))
    if place:
        lines.readline()
    return lines.readline().partition(b":")[0].strip().upper()
