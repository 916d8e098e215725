"""Which part of a file a Range header asks for (RFC 9110, section 14)."""

import re
from typing import NamedTuple

ONE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
MOST = 4 * 1024**2  # a player asks for the rest of the film; it gets a piece, and asks again


class Part(NamedTuple):
    start: int
    length: int


def wanted(header: str, size: int) -> Part | None:
    """Return the part of a file of `size` bytes; None: all of it, or a header one may ignore."""
    found = ONE.fullmatch(header.replace(" ", ""))
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last) if first and last else size - 1, size - 1)
    if start > end:
        return None
    return Part(start, min(end - start + 1, MOST))
