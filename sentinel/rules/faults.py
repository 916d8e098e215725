"""What is wrong now, gravest first: one calculation, shown by page, API and stream. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from kit.contracts.sentinel import Confidence, Severity, State
from sentinel.rules.board import Board, Condition
from sentinel.rules.folding import ENGINES, causes
from sentinel.rules.seen import WELL, Seen


class Kind(StrEnum):
    blind = "blind"
    engine = "engine"
    silent = "silent"
    impaired = "impaired"
    full = "full"
    low = "low"
    late = "late"
    failed = "failed"
    books = "books"
    slow = "slow"


@dataclass(frozen=True)
class Fault:
    """One finding without its words."""

    kind: Kind
    root: str
    severity: Severity
    confidence: Confidence
    since: datetime | None
    affected: tuple[str, ...] = field(default=())
    detail: str = ""

    @property
    def key(self) -> str:
        return f"{self.root}/{self.kind}"


GRAVITY = (Severity.critical, Severity.warning, Severity.notice)
# Without these, people see and hear nothing, the first most of all; without the others, work waits.
CRITICAL = (
    "postgresql", "public_interface", "catalog_service", "transcoder_service", "tokens_service",
)  # fmt: skip
ASPECTS = {
    "backlog": (Kind.late, Severity.warning),
    "failed": (Kind.failed, Severity.notice),
    "books": (Kind.books, Severity.warning),
    "speed": (Kind.slow, Severity.notice),
}


def faults(board: Board) -> list[Fault]:
    found = [*_broken(board), *_space(board), *_aspects(board)]
    return sorted(found, key=_gravity)


def overall(board: Board, found: Iterable[Fault]) -> Literal["well", "trouble", "unknown"]:
    """Say in one word how everything is. A notice is something to look at, not trouble."""
    if any(one.severity is not Severity.notice for one in found):
        return "trouble"
    known = [board.state(name) for name in board.seen]
    return "well" if known and str(State.unknown) not in known else "unknown"


def calm_since(board: Board) -> datetime | None:
    """Return since when every target has been well."""
    moments = [board.conditions.get(name, Condition()).since for name in board.seen]
    return max((moment for moment in moments if moment is not None), default=None)


def _gravity(fault: Fault) -> tuple[int, int, int]:
    rank = CRITICAL.index(fault.root) if fault.root in CRITICAL else len(CRITICAL)
    return GRAVITY.index(fault.severity), rank, -len(fault.affected)


def _broken(board: Board) -> list[Fault]:
    if board.blind_since is not None:
        names = tuple(sorted(one.name for one in board.seen.values() if one.kind == "service"))
        return [
            Fault(Kind.blind, "sentinel", Severity.critical, Confidence.suggested,
                  board.blind_since, names)
        ]  # fmt: skip
    found = []
    for cause in causes(board):
        known = board.conditions.get(cause.root, Condition())
        is_critical = not {cause.root, *cause.affected}.isdisjoint(CRITICAL)
        found.append(
            Fault(
                _kind(cause.root, known),
                cause.root,
                Severity.critical if is_critical else Severity.warning,
                cause.confidence,
                _since(board, cause.root, cause.affected),
                cause.affected,
                known.detail,
            )
        )
    return found


def _kind(root: str, known: Condition) -> Kind:
    if root in ENGINES:
        return Kind.engine
    return Kind.silent if known.state == State.silent else Kind.impaired


def _since(board: Board, root: str, affected: Iterable[str]) -> datetime | None:
    """Return since when the cause is known; of one seen only through others, since they suffer."""
    known = board.conditions.get(root, Condition())
    if known.state != WELL and known.since is not None:
        return known.since
    others = [board.conditions.get(name, Condition()) for name in affected]
    moments = [one.since for one in others if one.state == State.impaired and one.since]
    return min(moments, default=None)


def _space(board: Board) -> list[Fault]:
    found = []
    for seen in board.seen.values():
        state = board.state(f"{seen.name}/space")
        if seen.space is None or state not in {"low", "full"}:
            continue
        severity = Severity.critical if state == "full" else Severity.warning
        since = board.conditions[f"{seen.name}/space"].since
        found.append(Fault(Kind(state), seen.name, severity, Confidence.verified, since))
    return found


def _aspects(board: Board) -> list[Fault]:
    """Return what is wrong with the work of services that answer: late, failed, slow."""
    found = []
    for seen in board.seen.values():
        for aspect, (kind, severity) in ASPECTS.items():
            known = board.conditions.get(f"{seen.name}/{aspect}", Condition())
            if known.state == kind and _applies(board, seen):
                found.append(Fault(kind, seen.name, severity, Confidence.verified, known.since))
    return found


def _applies(board: Board, seen: Seen) -> bool:
    """Late jobs of a service that is down follow from that, and are not news."""
    return board.blind_since is None and board.state(seen.name) == WELL
