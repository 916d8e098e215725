"""Asking for jobs, inside the caller's own transaction."""

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kit import log
from kit.jobs.tasks import Arguments

# Sent through the session, never through its raw connection: that one may not be in the
# transaction yet, and the job would outlive a rollback.
ENQUEUE = text("""
    INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload, headers, execute_after)
    VALUES (:priority, 'queued', :name, CAST(:key AS text), :payload, CAST(:headers AS jsonb),
            now() + make_interval(secs => CAST(:delay AS double precision)))
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL
    DO NOTHING
    RETURNING id
""")
ENQUEUE_MANY = text("""
    INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload, headers)
    SELECT :priority, 'queued', :name, key, payload, CAST(:headers AS jsonb)
    FROM unnest(CAST(:payloads AS bytea[]), CAST(:keys AS text[]))
        WITH ORDINALITY AS new (payload, key, position)
    ORDER BY position
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL
    DO NOTHING
    RETURNING id
""")


async def enqueue(
    session: AsyncSession,
    name: str,
    arguments: Arguments | None = None,
    *,
    key: str | None = None,
    delay_seconds: float = 0,
    priority: int = 0,
) -> int | None:
    """Ask for a job; it exists only if the caller's transaction commits. Return its id.

    While a job of that name and `key` waits or runs, another is not made (None is returned).
    Higher priorities go first.
    """
    found: int | None = await session.scalar(
        ENQUEUE,
        {
            "name": name,
            "payload": orjson.dumps(dict(arguments or {}), default=str),
            "key": f"{name}:{key}" if key is not None else None,
            "headers": _headers(),
            "delay": delay_seconds,
            "priority": priority,
        },
    )
    return found


async def enqueue_many(
    session: AsyncSession,
    name: str,
    many: Iterable[Arguments],
    *,
    keys: Sequence[str] | None = None,
    priority: int = 0,
) -> Sequence[int]:
    """Ask for one job per item, in one statement; return their ids. `keys`: one per item."""
    payloads = [orjson.dumps(dict(arguments), default=str) for arguments in many]
    given = {
        "name": name,
        "payloads": payloads,
        "keys": [f"{name}:{key}" for key in keys] if keys else [None] * len(payloads),
        "headers": _headers(),
        "priority": priority,
    }
    return (await session.scalars(ENQUEUE_MANY, given)).all()


def _headers() -> str | None:
    request_id = log.request_id.get()
    return orjson.dumps({"request_id": request_id}).decode() if request_id else None
