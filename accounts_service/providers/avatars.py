"""Avatars: cut square and made smaller by Pillow, away from the event loop.

Only the pixels are written anew, so place, camera and time of a photograph are gone.
"""

import asyncio
import io

from PIL import Image, ImageOps

from kit.contracts.accounts.profiles import AVATAR_WIDTHS, AvatarUnreadable

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_PIXELS = 50_000_000
QUALITY = 82
_at_once = asyncio.Semaphore(2)


async def squared(content: bytes) -> dict[int, bytes]:
    """Return WebP files by width; raise AvatarUnreadable."""
    async with _at_once:
        return await asyncio.to_thread(_squared, content)


def _squared(content: bytes) -> dict[int, bytes]:
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as found:
            if found.width * found.height > MAX_PIXELS:
                raise AvatarUnreadable("This picture has too many pixels; send a smaller one.")
            upright = ImageOps.exif_transpose(found).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise AvatarUnreadable from error
    return {width: _webp(upright, width) for width in AVATAR_WIDTHS}


def _webp(picture: Image.Image, width: int) -> bytes:
    out = io.BytesIO()
    square = ImageOps.fit(picture, (width, width), Image.Resampling.LANCZOS)
    square.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
