"""Our ids as CinetPay takes them: in at most 30 signs. Pure."""

import base64
from uuid import UUID


def number_for(ours: UUID) -> str:
    """Return an id in 26 letters and digits."""
    return base64.b32encode(ours.bytes).decode().rstrip("=").lower()


def uuid_of(number: str) -> UUID | None:
    """Return the id that `number_for` wrote; None for any other text."""
    try:
        found = UUID(bytes=base64.b32decode(f"{number.upper()}======"))
    except ValueError:
        return None
    return found if number_for(found) == number else None
