"""Pictures that people send, made harmless and small by Pillow."""

from io import BytesIO

from PIL import Image, ImageOps

from transcoder_service.rules.pictures import MAX_PIXELS, NoPicture

LONGEST_SIDE = 1920
KINDS = ("JPEG", "PNG", "WEBP")


def as_jpeg(content: bytes, max_bytes: int) -> bytes:
    """Return a JPEG with no more than the picture itself: no place, no camera, no second file.

    It blocks: call it in a thread. Raises NoPicture.
    """
    if not content or len(content) > max_bytes:
        raise NoPicture
    try:
        with Image.open(BytesIO(content), formats=KINDS) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise NoPicture
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise NoPicture from error
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = BytesIO()
    upright.save(out, "JPEG", quality=85, optimize=True, progressive=True)
    return out.getvalue()
