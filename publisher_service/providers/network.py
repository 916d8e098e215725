"""A social network, as the rest of the service sees one. A new network is one class of this shape.

A post goes through three phases. *preparing* uploads and waits; every step of it may be repeated,
and what the network names is kept in `marks` at once. *creating* is the one call that makes the
post public; it is never repeated unless `find` has looked and seen nothing. *confirming* waits for
the network's final word. Each call of a method is one small step, written down before the next.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from kit.contracts.publisher.social import MediaKind, NetworkName

Marks = Mapping[str, Any]


class Phase(StrEnum):
    preparing = "preparing"
    creating = "creating"
    confirming = "confirming"
    done = "done"


@dataclass(frozen=True)
class File:
    """A picture or clip; `read(start, length)` returns a part of it. `public_url`: where a network
    can fetch it, when this installation can be reached from outside.
    """

    kind: MediaKind
    media_type: str
    byte_count: int
    read: Callable[[int, int], Awaitable[bytes]]
    public_url: str | None = None

    @property
    def name(self) -> str:
        return "clip.mp4" if self.kind is MediaKind.clip else "picture.jpg"

    @property
    def is_clip(self) -> bool:
        return self.kind is MediaKind.clip


@dataclass(frozen=True)
class Work:
    """What is to be posted on one account, and how far it is. `key` is the target's id; `at`: when
    it should go out; `since`: when the post was first about to be made.
    """

    key: UUID
    at: datetime
    title: str
    text: str
    credentials: Mapping[str, str]
    file: File | None = None
    url: str | None = None
    film_id: UUID | None = None
    marks: Marks = field(default_factory=dict)
    since: datetime | None = None

    def marked(self, **more: object) -> dict[str, Any]:
        return {**self.marks, **more}


@dataclass(frozen=True)
class Step:
    """Where a post stands after a step. In phase *done*, `remote_id` and `remote_url` say where."""

    phase: Phase
    marks: Marks
    percent: int = 0
    wait_seconds: float = 0
    remote_id: str = ""
    remote_url: str | None = None


@dataclass(frozen=True)
class Identity:
    """Whose credentials these are. `more` is kept with them; `renew_at` in it (ISO): from when on
    they should be renewed, before they end.
    """

    handle: str
    url: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    """An account that credentials reach: their `field` set to `value` chooses it."""

    field: str
    value: str
    title: str


class Unchosen(Exception):
    """These credentials reach several accounts."""

    def __init__(self, choices: Sequence[Choice]) -> None:
        super().__init__("these credentials reach several accounts")
        self.choices = choices


class Slow(Exception):
    """The network asks for patience; nothing was done."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or "the network asks for patience")
        self.seconds = max(1.0, seconds)


class Away(Exception):
    """The network could not be reached; nothing was done."""


class Lost(Exception):
    """The call was sent and its answer lost: done or not, nobody knows."""


class Expired(Exception):
    """The network no longer accepts these credentials."""


class Refused(Exception):
    """The network will not take this post."""


class Unknowable(Exception):
    """This network cannot be asked whether it took the post."""


class SocialNetwork(Protocol):
    name: NetworkName

    async def identify(self, credentials: Mapping[str, str]) -> Identity:
        """Ask whose credentials these are; raise Expired or Refused."""
        ...

    async def refresh(self, credentials: Mapping[str, str]) -> dict[str, str] | None:
        """Return fresh credentials, or None when there is no way but to connect again."""
        ...

    async def prepare(self, work: Work) -> Step: ...

    async def create(self, work: Work) -> Step: ...

    async def find(self, work: Work) -> Step | None:
        """Look for a post whose making may have gone through; raise Unknowable."""
        ...

    async def confirm(self, work: Work) -> Step: ...

    async def close(self) -> None: ...
