"""Which pictures are accepted."""

from kit.errors import BadRequest

MAX_PIXELS = 50_000_000


class NoPicture(BadRequest):
    """Send a JPEG, PNG or WebP picture that is not too large."""
