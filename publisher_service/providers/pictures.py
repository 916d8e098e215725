"""Pictures as every network takes them: JPEG, at most 2048 wide or high, nothing told beside it."""

import asyncio
import io
from dataclasses import dataclass

from PIL import Image, ImageOps

from kit.contracts.publisher.social_errors import MediaRefused

FORMATS = ("JPEG", "PNG", "WEBP")
LARGEST = 2048
MOST_PIXELS = 50_000_000


@dataclass(frozen=True)
class Picture:
    content: bytes
    width: int
    height: int


async def cleaned(content: bytes) -> Picture:
    """Return the picture made anew; raise MediaRefused."""
    return await asyncio.to_thread(_cleaned, content)


def _cleaned(content: bytes) -> Picture:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > MOST_PIXELS:
                raise MediaRefused
            upright = ImageOps.exif_transpose(found).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise MediaRefused from error
    upright.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    upright.save(out, "JPEG", quality=88, optimize=True)
    return Picture(out.getvalue(), upright.width, upright.height)
