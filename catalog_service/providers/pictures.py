"""Pictures made smaller, by Pillow, away from the event loop."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image, ImageOps

from kit.contracts.catalog.errors import NotAPicture

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
QUALITY = 82
_at_once = asyncio.Semaphore(2)


@dataclass(frozen=True)
class Resized:
    """A picture's own size, and WebP files by width."""

    width: int
    height: int
    files: dict[int, bytes]


async def resize(content: bytes, widths: Sequence[int]) -> Resized:
    """Return the picture in those of `widths` it is large enough for, and in its own if smaller.

    Raise NotAPicture for what is no JPEG, PNG or WebP, damaged, or absurdly large.
    """
    async with _at_once:
        return await asyncio.to_thread(_resize, content, widths)


def _resize(content: bytes, widths: Sequence[int]) -> Resized:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > MAX_PIXELS:
                raise NotAPicture(
                    "This picture has too many pixels; send one of at most 50 million."
                )
            upright = ImageOps.exif_transpose(found).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NotAPicture from error
    own = min(upright.width, max(widths))
    chosen = sorted({own, *(each for each in widths if each < upright.width)})
    return Resized(upright.width, upright.height, {each: _webp(upright, each) for each in chosen})


def _webp(picture: Image.Image, width: int) -> bytes:
    height = max(1, round(picture.height * width / picture.width))
    out = io.BytesIO()
    picture.resize((width, height), Image.Resampling.LANCZOS).save(
        out, "WEBP", quality=QUALITY, method=4
    )
    return out.getvalue()
