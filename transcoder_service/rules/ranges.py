"""Byte ranges and validators of HTTP (RFC 9110 §13, §14)."""

import re
from dataclasses import dataclass

from kit.errors import AppError

_ONE = re.compile(r"bytes\s*=\s*(\d*)-(\d*)", re.IGNORECASE)


class RangeNotSatisfiable(AppError):
    """The file is shorter than the part that was asked for."""

    status = 416


@dataclass(frozen=True)
class Part:
    """Bytes `start` to `end` (excluded) of a file of `size`."""

    start: int
    end: int
    size: int

    @property
    def header(self) -> str:
        return f"bytes {self.start}-{self.end - 1}/{self.size}"


def part(header: str, size: int) -> Part | None:
    """Return the part a Range header asks for; None means the whole file.

    A header in another unit, malformed, or with several ranges is ignored, as the
    standard allows. Raises RangeNotSatisfiable when nothing of it is there.
    """
    found = _ONE.fullmatch(header.strip())
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        return _suffix(int(last), size)
    start = int(first)
    end = int(last) + 1 if last else size
    if last and end <= start:
        return None
    if start >= size:
        raise RangeNotSatisfiable(size=size)
    return Part(start, min(end, size), size)


def _suffix(length: int, size: int) -> Part:
    if length == 0 or size == 0:
        raise RangeNotSatisfiable(size=size)
    return Part(max(0, size - length), size, size)


def matches(header: str, tag: str) -> bool:
    """Say whether an If-None-Match header names `tag` (weak comparison)."""
    if header.strip() == "*":
        return True
    return tag in {one.strip().removeprefix("W/") for one in header.split(",")}
