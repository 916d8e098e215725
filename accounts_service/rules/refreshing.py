"""Which refresh tokens work. Pure.

A token is `session.generation.mac`: the mac is made from the session's random seed and a
key derived from SUITE_SECRET, so neither the database nor the secret alone makes one, and the
database holds nothing that could be presented. Because the successor of a token follows from it,
a client whose answer was lost gets *the same* successor again: however often a token is
repeated within the grace, the line never forks, and a thief and the owner end up with the
same token, of which the second use gives both away.
"""

import hashlib
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from accounts_service.models.people import UserSession
from kit.auth import Role

STAFF = frozenset({Role.agent, Role.moderator, Role.admin, Role.owner})


class Verdict(StrEnum):
    rotate = "rotate"
    repeat = "repeat"
    reused = "reused"
    ended = "ended"


@dataclass(frozen=True)
class Life:
    """How long a session lasts: `unused`, and at the longest, which is shorter for staff."""

    unused: timedelta
    longest: timedelta
    of_staff: timedelta

    def end(self, created_at: datetime, roles: Iterable[str], at: datetime) -> datetime:
        """Return when a session ends that is used now, by somebody with these roles."""
        longest = self.longest if STAFF.isdisjoint(roles) else min(self.of_staff, self.longest)
        return min(at + self.unused, created_at + longest)


@dataclass(frozen=True)
class Presented:
    """A refresh token taken apart; nothing in it is believed before `is_genuine`."""

    session_id: UUID
    generation: int
    mac: bytes


def token(session: UserSession, key: bytes) -> str:
    """Return the one refresh token of this session that works now."""
    generation = session.generation.to_bytes(4, "big")
    mac = _mac(session.seed, session.generation, key)
    return urlsafe_b64encode(session.id.bytes + generation + mac).decode()


def presented(text: str) -> Presented | None:
    """Take a refresh token apart; None for what cannot be one."""
    try:
        raw = urlsafe_b64decode(text.encode("ascii"))
    except ValueError:
        return None
    if len(raw) != 16 + 4 + 32:
        return None
    return Presented(UUID(bytes=raw[:16]), int.from_bytes(raw[16:20], "big"), raw[20:])


def is_genuine(shown: Presented, session: UserSession, key: bytes) -> bool:
    return hmac.compare_digest(shown.mac, _mac(session.seed, shown.generation, key))


def verdict(shown: Presented, session: UserSession, at: datetime, grace: timedelta) -> Verdict:
    """Say what to do with a genuine token of this session."""
    if session.ended_at is not None or session.expires_at <= at:
        return Verdict.ended
    if shown.generation == session.generation:
        return Verdict.rotate
    if shown.generation == session.generation - 1 and at - session.rotated_at <= grace:
        return Verdict.repeat
    return Verdict.reused


def _mac(seed: bytes, generation: int, key: bytes) -> bytes:
    return hmac.digest(key, seed + generation.to_bytes(4, "big"), hashlib.sha256)
