"""When a signing key is published, signs, and is replaced. Pure.

A new key is published an hour before it signs, so that every service has it by then; an old
one stays published until the last token it signed has expired.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from accounts_service.models.programs import SigningKey

TOKEN_LIFE: Final = timedelta(minutes=15)
LEEWAY: Final = timedelta(minutes=1)
ANNOUNCED: Final = timedelta(hours=1)


def signing(keys: Sequence[SigningKey], at: datetime) -> SigningKey | None:
    """Return the key that signs now: the youngest whose time has come."""
    ready = [key for key in keys if key.withdrawn_at is None and key.signs_from <= at]
    return max(ready, key=lambda key: key.signs_from, default=None)


def published(keys: Sequence[SigningKey], at: datetime) -> list[SigningKey]:
    """Return the keys that may still be needed to verify a token."""
    now_signing = signing(keys, at)
    return [
        key
        for key in keys
        if key.withdrawn_at is None
        and (
            now_signing is None
            or key.signs_from >= now_signing.signs_from
            or now_signing.signs_from + TOKEN_LIFE + LEEWAY > at
        )
    ]


def is_due(keys: Sequence[SigningKey], at: datetime, life: timedelta) -> bool:
    """Say whether it is time to make the next key."""
    youngest = max((key.signs_from for key in keys if key.withdrawn_at is None), default=None)
    return youngest is None or youngest + life - ANNOUNCED <= at
