"""AAC out of ffmpeg's ADTS into fragmented MP4, cut at the picture's segment borders.

ffmpeg's own muxer would cut where its own clock says, and would write an edit list that
browsers disagree about. The encoder's priming frame is left out instead.
"""

import struct
from collections.abc import Iterator, Sequence
from fractions import Fraction

from transcoder_service.rules.boxes import EncodingBroken, box, full_box

SAMPLES = 1024  # in a frame
PRIMING = 1  # frames the encoder puts in front
CODEC = "mp4a.40.2"
FREQUENCIES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)
UNITY = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def frames(data: bytes | memoryview, start: int = 0) -> Iterator[tuple[int, int]]:
    """Walk over the bodies of whole ADTS frames, as (start, end) offsets."""
    while start + 7 <= len(data):
        if data[start] != 0xFF or data[start + 1] & 0xF6 != 0xF0:
            raise EncodingBroken("The encoder's sound is not AAC.")
        head = 7 if data[start + 1] & 1 else 9
        size = (data[start + 3] & 3) << 11 | data[start + 4] << 3 | data[start + 5] >> 5
        if size < head or start + size > len(data):
            return
        yield start + head, start + size
        start += size


def border(seconds: Fraction, rate: int) -> int:
    """Return the number of the frame that begins nearest to a moment."""
    return round(seconds * rate / SAMPLES)


def init(rate: int, channels: int) -> bytes:
    """Return the initialisation segment of a track of AAC-LC."""
    config = struct.pack(">H", 2 << 11 | FREQUENCIES.index(rate) << 7 | channels << 3)
    esds = full_box(
        b"esds",
        0,
        0,
        _descriptor(
            3,
            struct.pack(">HB", 1, 0),
            _descriptor(4, struct.pack(">BB11x", 0x40, 0x15), _descriptor(5, config)),
            _descriptor(6, b"\x02"),
        ),
    )
    entry = box(
        b"mp4a",
        struct.pack(">6xH8xHHHHI", 1, channels, 16, 0, 0, rate << 16),
        esds,
    )
    empty = [full_box(kind, 0, 0, bytes(4)) for kind in (b"stts", b"stsc", b"stco")]
    stbl = box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        *empty,
        full_box(b"stsz", 0, 0, bytes(8)),
    )
    return box(b"ftyp", b"iso6", bytes(4), b"iso6cmfcmp41") + box(b"moov", *_movie(rate, stbl))


def _movie(rate: int, stbl: bytes) -> tuple[bytes, ...]:
    mvhd = struct.pack(">IIII", 0, 0, rate, 0) + struct.pack(">IH10x", 0x10000, 0x100)
    dinf = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    handler = struct.pack(">I4s12x", 0, b"soun") + b"sound\0"
    mdia = box(
        b"mdia",
        full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, rate, 0, 0x55C4, 0)),
        full_box(b"hdlr", 0, 0, handler),
        box(b"minf", full_box(b"smhd", 0, 0, bytes(4)), dinf, stbl),
    )
    tkhd = struct.pack(">IIIII8xHHHH", 0, 0, 1, 0, 0, 0, 1, 0x100, 0) + UNITY + bytes(8)
    return (
        full_box(b"mvhd", 0, 0, mvhd, UNITY, bytes(24), struct.pack(">I", 2)),
        box(b"trak", full_box(b"tkhd", 0, 7, tkhd), mdia),
        box(b"mvex", full_box(b"trex", 0, 0, struct.pack(">IIIII", 1, 1, SAMPLES, 0, 0x02000000))),
    )


def _descriptor(tag: int, *content: bytes) -> bytes:
    body = b"".join(content)
    return bytes((tag, len(body))) + body


def segment(number: int, first: int, samples: Sequence[bytes | memoryview]) -> bytes:
    """Return the media segment of these frames; `first` is the number of the first of them."""
    sizes = struct.pack(f">{len(samples)}I", *map(len, samples))
    tfhd = full_box(b"tfhd", 0, 0x020000, struct.pack(">I", 1))
    tfdt = full_box(b"tfdt", 1, 0, struct.pack(">Q", first * SAMPLES))

    def moof(offset: int) -> bytes:
        trun = full_box(b"trun", 0, 0x201, struct.pack(">II", len(samples), offset), sizes)
        return box(
            b"moof",
            full_box(b"mfhd", 0, 0, struct.pack(">I", number)),
            box(b"traf", tfhd, tfdt, trun),
        )

    return moof(len(moof(0)) + 8) + box(b"mdat", *map(bytes, samples))
