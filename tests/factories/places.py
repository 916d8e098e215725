"""A table of addresses in MaxMind's DB format 2.0, with one network in it."""

import ipaddress
from pathlib import Path
from typing import Any


class Number(int):
    """A whole number of the format: of 2 bytes (kind 5), 4 (kind 6) or 8 (kind 9)."""

    size: int
    kind: int

    @classmethod
    def of(cls, value: int, size: int) -> "Number":
        made = cls(value)
        made.size, made.kind = size, {2: 5, 4: 6, 8: 9}[size]
        return made


RECORD = 3  # bytes: 24-bit records
MARKER = b"\xab\xcd\xefMaxMind.com"


def a_table_of_places(file: Path, network: str, found: dict[str, Any]) -> Path:
    """Write a table that knows `found` of this IPv4 network, and nothing else."""
    inside = ipaddress.IPv4Network(network)
    bits = f"{int(inside.network_address):032b}"[: inside.prefixlen]
    count = len(bits)
    tree = b""
    for place, bit in enumerate(bits):
        onward = place + 1 if place + 1 < count else count + 16  # 16: where the values begin
        pair = (onward, count) if bit == "0" else (count, onward)
        tree += b"".join(one.to_bytes(RECORD, "big") for one in pair)
    about = {
        "binary_format_major_version": Number.of(2, 2),
        "binary_format_minor_version": Number.of(0, 2),
        "build_epoch": Number.of(1, 8),
        "database_type": "Test",
        "description": {"en": "test"},
        "ip_version": Number.of(4, 2),
        "languages": ["en"],
        "node_count": Number.of(count, 4),
        "record_size": Number.of(RECORD * 8, 2),
    }
    file.write_bytes(tree + bytes(16) + _value(found) + MARKER + _value(about))
    return file


def _value(value: Any) -> bytes:
    match value:
        case dict():
            pairs = b"".join(_value(key) + _value(one) for key, one in value.items())
            return bytes([7 << 5 | len(value)]) + pairs
        case list():
            return bytes([len(value), 4]) + b"".join(map(_value, value))
        case Number(size=size, kind=kind):
            head = [kind << 5 | size] if kind < 8 else [size, kind - 7]
            return bytes(head) + value.to_bytes(size, "big")
    text = str(value).encode()
    assert len(text) < 29, "longer texts have another head"
    return bytes([2 << 5 | len(text)]) + text
