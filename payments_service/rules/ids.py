"""What ids tell, and the forms of them that providers take. Pure."""

from datetime import UTC, datetime
from uuid import UUID


def made_at(ours: UUID) -> datetime | None:
    """Return when a UUIDv7 was made; None for any other."""
    return datetime.fromtimestamp((ours.int >> 80) / 1000, UTC) if ours.version == 7 else None


def as_version_4(ours: UUID) -> UUID:
    """Return an id of ours with the mark of version 4, which is all that MTN takes. Two
    that differ still differ: the mark says nothing else.
    """
    return UUID(int=ours.int, version=4)


def uuid_in(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
