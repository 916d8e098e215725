"""What one look at one target found. Pure."""

from dataclasses import dataclass, field
from typing import Literal

from kit.contracts.sentinel import Check, State


@dataclass(frozen=True)
class Jobs:
    waiting: int
    failed: int
    oldest_seconds: float


@dataclass(frozen=True)
class Space:
    free_bytes: int
    total_bytes: int


@dataclass(frozen=True)
class Seen:
    """One look; `state` is never `unknown` here."""

    name: str
    kind: Literal["service", "engine", "disk"]
    state: State
    latency_ms: float | None = None
    detail: str = ""
    checks: tuple[Check, ...] = field(default=())
    jobs: Jobs | None = None
    findings: int | None = None  # what a service that keeps books finds wrong with them
    space: Space | None = None


@dataclass(frozen=True)
class Limits:
    """From where on something is late or slow."""

    late_seconds: float
    slow_ms: float


GIGABYTE = 1_000_000_000
WELL = str(State.well)


def conditions(seen: Seen, limits: Limits) -> dict[str, tuple[str, str]]:
    """Return what this look says, by the key under which it is confirmed: a state and a detail.

    A target that is silent says nothing about its jobs: these stay as they were.
    """
    found = {seen.name: (str(seen.state), seen.detail)}
    if seen.kind == "service" and seen.state is not State.silent:
        slow = seen.latency_ms is not None and seen.latency_ms > limits.slow_ms
        found[f"{seen.name}/speed"] = ("slow" if slow else WELL, "")
    if seen.jobs is not None:
        late = seen.jobs.oldest_seconds > limits.late_seconds
        found[f"{seen.name}/backlog"] = ("late" if late else WELL, "")
        found[f"{seen.name}/failed"] = ("failed" if seen.jobs.failed else WELL, "")
    if seen.findings is not None:
        found[f"{seen.name}/books"] = ("books" if seen.findings else WELL, "")
    if seen.space is not None:
        found[f"{seen.name}/space"] = (room(seen.space), "")
    return found


def room(space: Space) -> str:
    """Say how much room a disk has, by share and by size: well, low, or full."""
    share = space.free_bytes / max(space.total_bytes, 1)
    if space.free_bytes < GIGABYTE / 2 or (share < 0.02 and space.free_bytes < 5 * GIGABYTE):
        return "full"
    if space.free_bytes < 2 * GIGABYTE or (share < 0.1 and space.free_bytes < 20 * GIGABYTE):
        return "low"
    return WELL
