"""Fragmented MP4 as ffmpeg writes it, one group of pictures to a fragment: read, checked, moved.

Each part of a film is encoded from time zero; `moved` puts a fragment at its place in the film by
rewriting its decode time and sequence number, so parts join without a seam.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from transcoder_service.rules.boxes import Box, Bytes, EncodingBroken, boxes, find

SYNC_SAMPLE_DEPENDS = 0x02000000
IS_NOT_SYNC = 0x00010000
IDR = 5
AVC_NON_PICTURES = frozenset((6, 7, 8, 9))  # SEI, SPS, PPS, delimiter


@dataclass(frozen=True)
class Fragment:
    start: int
    end: int
    samples: int
    ticks: int
    key_end: int  # where the first sample, an IDR picture, ends

    @property
    def size(self) -> int:
        return self.end - self.start


def header(data: Bytes) -> bytes:
    """Return the initialisation part of a fragmented file: `ftyp` and `moov`."""
    moov = find(data, "moov")
    return bytes(data[find(data, "ftyp").start : moov.end])


def timescale(init: bytes) -> int:
    mdhd = find(init, "moov/trak/mdia/mdhd")
    at = mdhd.body + (20 if init[mdhd.body] else 12)
    return int(struct.unpack_from(">I", init, at)[0])


def codec(init: bytes) -> str:
    """Return the RFC 6381 name of the picture in an initialisation segment."""
    stsd = find(init, "moov/trak/mdia/minf/stbl/stsd")
    entry = next(boxes(init, stsd.body + 8, stsd.end), None)
    if entry is None or entry.kind != b"avc1":
        raise EncodingBroken("The encoder did not write H.264.")
    config = find(init, "avcC", entry.body + 78, entry.end)
    return f"avc1.{init[config.body + 1 : config.body + 4].hex()}"


def size(init: bytes) -> tuple[int, int]:
    tkhd = find(init, "moov/trak/tkhd")
    width, height = struct.unpack_from(">II", init, tkhd.end - 8)
    return width >> 16, height >> 16


def fragments(data: Bytes) -> Iterator[Fragment]:
    """Walk over the whole fragments of a file; each must begin with an IDR picture."""
    moof: Box | None = None
    for found in boxes(data):
        if found.kind == b"moof":
            moof = found
        elif found.kind == b"mdat" and moof is not None:
            yield _fragment(data, moof, found)
            moof = None


def _fragment(data: Bytes, moof: Box, mdat: Box) -> Fragment:
    tfhd = find(data, "traf/tfhd", moof.body, moof.end)
    trun = find(data, "traf/trun", moof.body, moof.end)
    default_ticks, default_size = _defaults(data, tfhd)
    flags, count = struct.unpack_from(">II", data, trun.body)
    at = trun.body + 8 + 4 * bool(flags & 0x1)
    if not flags & 0x4 or struct.unpack_from(">I", data, at)[0] & IS_NOT_SYNC:
        raise EncodingBroken("A segment does not begin with a key frame.")
    at += 4
    fields = [bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800)]
    width = 4 * sum(fields)
    first_size = default_size
    if fields[1]:
        first_size = struct.unpack_from(">I", data, at + 4 * fields[0])[0]
    ticks = count * default_ticks
    if fields[0]:
        ticks = sum(struct.unpack_from(">I", data, at + n * width)[0] for n in range(count))
    _check_idr(data, mdat)
    return Fragment(moof.start, mdat.end, count, ticks, mdat.body + first_size)


def _defaults(data: Bytes, tfhd: Box) -> tuple[int, int]:
    """Return the duration and the size that samples have unless they say otherwise."""
    flags = struct.unpack_from(">I", data, tfhd.body)[0]
    at = tfhd.body + 8 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    ticks = struct.unpack_from(">I", data, at)[0] if flags & 0x8 else 0
    at += 4 * bool(flags & 0x8)
    return ticks, struct.unpack_from(">I", data, at)[0] if flags & 0x10 else 0


def _check_idr(data: Bytes, mdat: Box) -> None:
    at = mdat.body
    while at + 5 <= mdat.end:
        length, kind = struct.unpack_from(">IB", data, at)
        if kind & 31 == IDR:
            return
        if kind & 31 not in AVC_NON_PICTURES:
            break
        at += 4 + length
    raise EncodingBroken("A segment begins with a picture that needs earlier ones.")


def moved(data: Bytes, fragment: Fragment, number: int, ticks: int) -> bytes:
    """Return the fragment with its sequence number and its decode time, in ticks."""
    out = bytearray(data[fragment.start : fragment.end])
    moof = find(out, "moof")
    struct.pack_into(">I", out, find(out, "mfhd", moof.body, moof.end).body + 4, number)
    tfdt = find(out, "traf/tfdt", moof.body, moof.end)
    if out[tfdt.body] != 1:
        raise EncodingBroken("The encoder wrote a short decode time.")
    struct.pack_into(">Q", out, tfdt.body + 4, ticks)
    return bytes(out)
