"""ISO base media file format (14496-12): reading and making the boxes we need. Pure bytes."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from mmap import mmap

from transcoder_service.rules.sources import EncodingFailed


class EncodingBroken(EncodingFailed):
    """What the encoder wrote is not what was asked for."""


Bytes = bytes | bytearray | memoryview | mmap


@dataclass(frozen=True)
class Box:
    kind: bytes
    start: int  # of the box, its header included
    body: int
    end: int


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full_box(kind: bytes, version: int, flags: int, *content: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *content)


def boxes(data: Bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Walk over the boxes between two offsets; stop before one that is not whole yet."""
    stop = len(data) if end is None else end
    while start + 8 <= stop:
        size, kind = struct.unpack_from(">I4s", data, start)
        body = start + 8
        if size == 1 and start + 16 <= stop:
            size, body = struct.unpack_from(">Q", data, start + 8)[0], start + 16
        if size < body - start or start + size > stop:
            return
        yield Box(kind, start, body, start + size)
        start += size


def find(data: Bytes, path: str, start: int = 0, end: int | None = None) -> Box:
    """Return the first box of a path such as `moov/trak/mdia`."""
    first, _, rest = path.partition("/")
    for found in boxes(data, start, end):
        if found.kind == first.encode():
            return find(data, rest, found.body, found.end) if rest else found
    raise EncodingBroken(f"The encoder's file has no {path} box.")
