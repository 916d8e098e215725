"""Looks and boards, ready made."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from kit.contracts.sentinel import Check, State
from sentinel.rules.board import Board
from sentinel.rules.seen import Limits, Seen

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
SERVICES = ("catalog_service", "accounts_service", "gateway", "public_interface")


def a_look(name: str = "gateway", state: State = State.well, *missing: str, **more: object) -> Seen:
    """`missing`: what it says it misses; an impaired service names at least one thing."""
    checks = tuple(
        Check(name=one, ok=False, required=True, latency_ms=1, detail="refused") for one in missing
    )
    kind = "engine" if name in {"postgresql", "valkey"} else "service"
    values = {"kind": kind, "state": state, "checks": checks, "latency_ms": 5.0}
    return Seen(name, **(values | more))  # type: ignore[arg-type]


def a_board(*rounds: Iterable[Seen], **more: object) -> Board:
    board = Board(Limits(late_seconds=300, slow_ms=1500))
    for number, looks in enumerate(rounds):
        board.take(looks, NOON + timedelta(seconds=10 * number), **more)  # type: ignore[arg-type]
    return board


def believed(*looks: Seen) -> Board:
    """Return a board that has seen this often enough to believe it."""
    return a_board(looks, looks)
