"""From many symptoms to few causes. Pure.

A service that is impaired names what it misses. What it names is the cause if sentinel sees it
fail too, or if it is an engine that several services name; and so on, until something that blames
nobody else. Everything that leads to one cause is folded into one finding.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kit.contracts.sentinel import Confidence, State
from sentinel.rules.board import Board
from sentinel.rules.seen import Seen

ENGINES = ("postgresql", "valkey")
TROUBLED = frozenset({str(State.impaired), str(State.silent)})


@dataclass(frozen=True)
class Cause:
    """`affected`: everything that is troubled, or misses something, because of `root`."""

    root: str
    affected: tuple[str, ...]
    confidence: Confidence


def causes(board: Board) -> list[Cause]:
    """Return every cause with what it explains; engines first, then by how much they explain."""
    blamed = {name: _root(board, name) for name in troubled(board)}
    found = []
    for root in sorted(set(blamed.values())):
        folded = {name for name, cause in blamed.items() if cause == root} - {root}
        folded |= {one.name for one in _naming(board, root)} - {root}
        found.append(Cause(root, tuple(sorted(folded)), _confidence(board, root)))
    return sorted(found, key=lambda cause: (cause.root not in ENGINES, -len(cause.affected)))


def troubled(board: Board) -> list[str]:
    """Return the targets believed to be impaired or silent, and engines that several miss."""
    names = [name for name in board.seen if board.state(name) in TROUBLED and _counts(board, name)]
    return names + [
        name for name in ENGINES if name not in names and _is_missed_by_several(board, name)
    ]


def _counts(board: Board, name: str) -> bool:
    """Say whether an engine's failure matters to anyone but sentinel, which is no finding."""
    if name not in ENGINES:
        return True
    needing = [one for one in _services(board) if any(check.name == name for check in one.checks)]
    return not needing or any(one.name for one in _naming(board, name))


def _root(board: Board, name: str, seen: frozenset[str] = frozenset()) -> str:
    """Follow what a target blames, to the one that blames nobody, or closes a circle."""
    if board.state(name) != State.impaired or name not in board.seen:
        return name
    for missed in sorted(_missed(board.seen[name], required=True), key=lambda m: m not in ENGINES):
        if missed in troubled(board) and missed not in seen and missed != name:
            return _root(board, missed, seen | {name})
    return name


def _confidence(board: Board, root: str) -> Confidence:
    """Seen by sentinel itself and by others, by one of both, or only likely."""
    itself = board.state(root) in TROUBLED
    others = bool(_naming(board, root))
    if itself and (others or board.state(root) == State.silent):
        return Confidence.verified
    return Confidence.strong if itself or others else Confidence.suggested


def _is_missed_by_several(board: Board, engine: str) -> bool:
    return len([one for one in _naming(board, engine) if _is_impaired(board, one)]) > 1


def _is_impaired(board: Board, seen: Seen) -> bool:
    return board.state(seen.name) == State.impaired


def _naming(board: Board, root: str) -> list[Seen]:
    """Return the services whose last answer names `root` among what fails."""
    return [one for one in _services(board) if root in _missed(one, required=False)]


def _services(board: Board) -> Iterable[Seen]:
    return [one for one in board.seen.values() if one.kind == "service"]


def _missed(seen: Seen, *, required: bool) -> set[str]:
    return {
        check.name for check in seen.checks if not check.ok and (check.required or not required)
    }
