"""What sentinel promises to the others: how everything is, what is wrong, what to do."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from kit.client import ServiceClient
from kit.errors import Forbidden, NotFound, Unauthenticated
from kit.pages import Page
from kit.schema import Schema


class State(StrEnum):
    """How one service or engine is, after two of three looks agreed."""

    well = "well"
    impaired = "impaired"  # it answers, and says that something it needs does not
    silent = "silent"  # it does not answer
    unknown = "unknown"  # not looked at long enough yet


class Severity(StrEnum):
    critical = "critical"  # people cannot do what they came for
    warning = "warning"  # soon they cannot, or some cannot
    notice = "notice"  # somebody should look at it this week


class Confidence(StrEnum):
    verified = "verified"  # seen by sentinel itself and by those who need it
    strong = "strong"  # seen by one of them
    suggested = "suggested"  # the likeliest explanation


class Check(Schema):
    """One thing a service needs, as it says itself."""

    name: str
    ok: bool
    required: bool
    latency_ms: float
    detail: str


class Watched(Schema):
    """A service, an engine, or a disk. Seen with `health:read`, or from a private network."""

    name: str
    kind: Literal["service", "engine", "disk"]
    state: State
    since: datetime | None
    latency_ms: float | None
    detail: str
    checks: list[Check]
    jobs_waiting: int | None = None
    jobs_failed: int | None = None
    oldest_waiting_seconds: float | None = None
    free_bytes: int | None = None
    total_bytes: int | None = None


class Finding(Schema):
    """One thing that is wrong, with everything that follows from it folded in.

    The sentences are in the language the caller asked for (Accept-Language, or the cookie).
    """

    key: str
    severity: Severity
    confidence: Confidence
    since: datetime | None
    root: str
    affected: list[str]
    who: str
    why: str
    todo: str


class Findings(Schema):
    at: datetime | None
    items: list[Finding]


class Status(Schema):
    """Everything at once; `watched` is empty, and names are left out, for who may only see how
    things are on the whole (`is_summary`).
    """

    state: Literal["well", "trouble", "unknown"]
    at: datetime | None
    is_summary: bool
    is_history_kept: bool
    sentence: str
    watched: list[Watched]
    findings: list[Finding]


class Change(Schema):
    """From `at` on it was so."""

    state: str
    at: datetime
    detail: str


class Absence(Schema):
    """While sentinel itself was away nobody knows; it counts as neither well nor wrong."""

    since: datetime
    until: datetime


class History(Page[Change]):
    """Newest first. `is_complete` is false while the database is away: then only what this
    process saw.
    """

    is_complete: bool
    absences: list[Absence]


class NothingWatched(NotFound):
    """Nothing of this name is watched."""


class DetailsNeedPermission(Forbidden):
    """Details are for the private network, or for who holds `health:read`."""


class DetailsNeedSignIn(Unauthenticated):
    """Details are for the private network; from elsewhere, sign in as an administrator."""


class SentinelClient(ServiceClient):
    SERVICE = "sentinel"

    async def status(self) -> Status:
        return await self.get("/status", Status)

    async def findings(self) -> Findings:
        return await self.get("/findings", Findings)

    async def history(self, name: str, cursor: str | None = None, limit: int = 50) -> History:
        return await self.get(f"/services/{name}/history", History, cursor=cursor, limit=limit)
