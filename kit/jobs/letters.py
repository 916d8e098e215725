"""Jobs that were given up: looked at, tried again, thrown away; and jobs called off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.schema import Schema

CANCEL_CHANNEL = "ch_pgqueuer_cancel"
LIST = text("""
    SELECT id, entrypoint AS name, payload, attempts, created AS enqueued_at, updated AS failed_at,
           coalesce(headers ->> 'reason', '') AS reason
    FROM pgqueuer WHERE status = 'failed' AND id < :before ORDER BY id DESC LIMIT :limit
""")
REPLAY = text("""
    WITH chosen AS (
        UPDATE pgqueuer job
        SET status = 'queued', execute_after = now(), updated = now(), attempts = 0,
            headers = headers - 'reason' - 'crashes'
        WHERE id = ANY(:ids) AND status = 'failed' AND NOT EXISTS (
            SELECT 1 FROM pgqueuer other WHERE other.dedupe_key = job.dedupe_key
            AND other.status IN ('queued', 'picked'))
        RETURNING id
    ), told AS (SELECT pg_notify('ch_pgqueuer', '') WHERE EXISTS (SELECT 1 FROM chosen))
    SELECT id FROM chosen WHERE (SELECT count(*) FROM told) >= 0
""")
DISCARD = text("DELETE FROM pgqueuer WHERE id = ANY(:ids) AND status = 'failed' RETURNING id")
CANCEL = text("""
    WITH gone AS (
        DELETE FROM pgqueuer
        WHERE (id = ANY(:ids) OR dedupe_key = ANY(:keys)) AND status IN ('queued', 'picked')
        RETURNING id
    ), told AS (SELECT pg_notify('ch_pgqueuer_cancel', id::text) FROM gone)
    SELECT id FROM gone WHERE (SELECT count(*) FROM told) >= 0
""")


class DeadLetter(Schema):
    """A job held for good, with the reason, until somebody replays or discards it."""

    id: int
    name: str
    arguments: dict[str, Any]
    attempts: int
    reason: str
    enqueued_at: datetime
    failed_at: datetime


async def dead_letters(
    session: AsyncSession, *, limit: int = 50, before: int | None = None
) -> list[DeadLetter]:
    """Return the jobs held, newest first; `before` is the id where the last page ended."""
    given = {"limit": limit, "before": before or 2**62}
    rows = (await session.execute(LIST, given)).mappings()
    return [
        DeadLetter.model_validate({**row, "arguments": _arguments(row["payload"])}) for row in rows
    ]


async def replay(session: AsyncSession, *ids: int) -> Sequence[int]:
    """Let these held jobs run again with all their tries; return those that will."""
    return (await session.scalars(REPLAY, {"ids": list(ids)})).all()


async def discard(session: AsyncSession, *ids: int) -> Sequence[int]:
    """Throw these held jobs away; return those that were there."""
    return (await session.scalars(DISCARD, {"ids": list(ids)})).all()


async def cancel(session: AsyncSession, *ids: int) -> Sequence[int]:
    """Call off these jobs: one that waits never runs, one that runs is stopped and commits nothing.

    Return those that were still there.
    """
    return (await session.scalars(CANCEL, {"ids": list(ids), "keys": []})).all()


async def cancel_by_key(session: AsyncSession, name: str, *keys: str) -> Sequence[int]:
    """Call off the jobs of that name which were asked for with these keys."""
    named = [f"{name}:{key}" for key in keys]
    return (await session.scalars(CANCEL, {"ids": [], "keys": named})).all()


def _arguments(payload: bytes | None) -> dict[str, Any]:
    """Return a payload's arguments; what others wrote may be anything."""
    try:
        found: dict[str, Any] = orjson.loads(payload or b"{}")
    except ValueError:
        return {"payload": repr(payload)}
    return found
