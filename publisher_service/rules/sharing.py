"""Addresses under which a network fetches one file, for a time, without being anybody."""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

# Longer than a post is tried, so that its address never changes on the way.
LIVES = timedelta(days=7)


def until(publish_at: datetime, begun_at: datetime) -> int:
    """Return up to which second a post's file can be fetched."""
    return int((max(publish_at, begun_at) + LIVES).timestamp())


def path(key: bytes, media_id: UUID, until: int) -> str:
    return f"/social/shared/{media_id}/{until}/{_signature(key, media_id, until)}"


def is_shared(key: bytes, media_id: UUID, until: int, signature: str, at: datetime) -> bool:
    """Say whether that address is one of ours, and still counts."""
    is_ours = hmac.compare_digest(_signature(key, media_id, until).encode(), signature.encode())
    return is_ours and at.timestamp() < until


def _signature(key: bytes, media_id: UUID, until: int) -> str:
    return hmac.digest(key, f"{media_id}/{until}".encode(), "sha256").hex()
