"""Single pictures out of what we have encoded ourselves: key frames, decoded with PyAV."""

import io
from collections.abc import Sequence

import av
from PIL import Image

from transcoder_service.rules.boxes import Bytes
from transcoder_service.rules.fragments import Fragment

TILE_WIDTH = 300  # as Bunny's scrubbing sheets


def still(header: bytes, fragment: bytes) -> Image.Image:
    """Return the first picture of a fragment; only its key frame needs to be there."""
    with av.open(io.BytesIO(header + fragment), "r") as film:
        frame = next(film.decode(film.streams.video[0]))
        found: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV has no type for it
    return found


def strip(header: bytes, raw: Bytes, found: Sequence[Fragment]) -> bytes:
    """Return the key frames of a part, small, one below another, as one JPEG."""
    tiles = [tile(still(header, bytes(raw[one.start : one.key_end]))) for one in found]
    sheet = Image.new("RGB", (TILE_WIDTH, sum(one.height for one in tiles)))
    for number, one in enumerate(tiles):
        sheet.paste(one, (0, number * one.height))
    return jpeg(sheet, 90)


def tile(picture: Image.Image) -> Image.Image:
    height = max(2, round(picture.height * TILE_WIDTH / picture.width))
    return picture.resize((TILE_WIDTH, height), Image.Resampling.BILINEAR, reducing_gap=2)


def jpeg(picture: Image.Image, quality: int) -> bytes:
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=quality, optimize=True)
    return made.getvalue()
