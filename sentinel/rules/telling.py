"""What is told: the wire's status and findings, made from the board in one language. Pure."""

from kit.contracts.sentinel import Finding, State, Status, Watched
from sentinel.rules import words as said
from sentinel.rules.board import Board, Condition
from sentinel.rules.faults import Fault, faults, overall
from sentinel.rules.seen import Seen
from sentinel.rules.words import Words

ORDER = ("service", "engine", "disk")


def status(board: Board, words: Words, *, details: bool, is_history_kept: bool) -> Status:
    """Return everything, or, without `details`, only how things are on the whole."""
    found = faults(board)
    state = overall(board, found)
    return Status(
        state=state,
        at=board.at,
        is_summary=not details,
        is_history_kept=is_history_kept,
        sentence=said.headline(found, state, words),
        watched=watched(board) if details else [],
        findings=[finding(one, board, words, details=details) for one in found],
    )


def finding(fault: Fault, board: Board, words: Words, *, details: bool) -> Finding:
    return Finding(
        key=fault.key if details else str(fault.kind),
        severity=fault.severity,
        confidence=fault.confidence,
        since=fault.since,
        root=fault.root if details else "",
        affected=list(fault.affected) if details else [],
        who=said.who(fault, words),
        why=said.why(fault, board.seen.get(fault.root), words) if details else "",
        todo=said.todo(fault, words) if details else "",
    )


def watched(board: Board) -> list[Watched]:
    ordered = sorted(board.seen.values(), key=lambda one: ORDER.index(one.kind))
    return [_watched(board, seen) for seen in ordered]


def _watched(board: Board, seen: Seen) -> Watched:
    known = board.conditions.get(seen.name, Condition())
    jobs, space = seen.jobs, seen.space
    return Watched(
        name=seen.name,
        kind=seen.kind,
        state=State.unknown if board.blind_since and seen.kind == "service" else known.state,
        since=known.since,
        latency_ms=seen.latency_ms,
        detail=known.detail,
        checks=list(seen.checks),
        jobs_waiting=jobs.waiting if jobs else None,
        jobs_failed=jobs.failed if jobs else None,
        oldest_waiting_seconds=jobs.oldest_seconds if jobs else None,
        free_bytes=space.free_bytes if space else None,
        total_bytes=space.total_bytes if space else None,
    )
