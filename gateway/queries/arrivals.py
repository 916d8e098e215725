"""An event and what it starts, written by one statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.gateway import EventNew


@dataclass(frozen=True)
class Begun:
    """A job to be made for an event; `steps` are the names of its steps."""

    id: UUID
    pipeline: str
    key: str
    subject: str
    title: str
    arguments: dict[str, Any]
    steps: tuple[str, ...]


ARRIVE = text("""
    WITH taken AS (
        INSERT INTO event
            (id, name, at, source, payload, request_id, received_at, is_known, job_ids)
        VALUES (:id, :name, :happened, :source, CAST(:payload AS jsonb), :request_id, :at,
                CAST(:is_known AS boolean), CAST(:job_ids AS uuid[]))
        ON CONFLICT DO NOTHING RETURNING id
    ), made AS (
        INSERT INTO job (id, pipeline, key, subject, title, arguments, facts, event_id, state, step,
                         progress, generation, created_at, updated_at)
        SELECT begun.id, pipeline, key, subject, title, arguments, '{}', taken.id, 'queued', step,
               0, 0, :at, :at
        FROM taken CROSS JOIN unnest(
            CAST(:job_ids AS uuid[]), CAST(:pipelines AS text[]), CAST(:keys AS text[]),
            CAST(:subjects AS text[]), CAST(:titles AS text[]), CAST(:arguments AS jsonb[]),
            CAST(:firsts AS text[])
        ) AS begun (id, pipeline, key, subject, title, arguments, step)
        -- An update that changes nothing: it locks the job that runs, and tells which one it is.
        ON CONFLICT (key) WHERE state IN ('queued', 'processing') DO UPDATE SET key = excluded.key
        RETURNING id, key
    ), stepped AS (
        INSERT INTO step (job_id, name, position, state, attempts, progress)
        SELECT made.id, name, position, 'queued', 0, 0
        FROM made JOIN unnest(
            CAST(:step_jobs AS uuid[]), CAST(:step_names AS text[]), CAST(:positions AS int[])
        ) AS step (job_id, name, position) ON step.job_id = made.id
    ), told AS (
        SELECT pg_notify('gateway_job', id::text) FROM made
    )
    SELECT (SELECT count(*) FROM taken) AS taken, ARRAY(SELECT id FROM made ORDER BY key) AS ids,
        ARRAY(SELECT key FROM made ORDER BY key) AS keys_
    WHERE (SELECT count(*) FROM told) >= 0
""").bindparams(
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("happened", type_=DateTime(timezone=True)),
)


async def arrive(
    session: AsyncSession, new: EventNew, begun: Sequence[Begun], at: datetime
) -> dict[str, UUID] | None:
    """Keep an event with the jobs it begins; return which job each key has now.

    A job is not made while an unfinished one has its key. None: the event was here before.
    """
    steps = [(one.id, name, place) for one in begun for place, name in enumerate(one.steps)]
    given = {
        "id": new.id,
        "name": new.name,
        "happened": new.at,
        "source": new.source,
        "payload": json.dumps(new.payload),  # orjson stops at 64 bits
        "request_id": new.request_id,
        "at": at,
        "is_known": bool(begun),
        "job_ids": [one.id for one in begun],
        "pipelines": [one.pipeline for one in begun],
        "keys": [one.key for one in begun],
        "subjects": [one.subject for one in begun],
        "titles": [one.title for one in begun],
        "arguments": [json.dumps(one.arguments) for one in begun],
        "firsts": [one.steps[0] for one in begun],
        "step_jobs": [job_id for job_id, _, _ in steps],
        "step_names": [name for _, name, _ in steps],
        "positions": [place for _, _, place in steps],
    }
    row = (await session.execute(ARRIVE, given)).one()
    return dict(zip(row.keys_, row.ids, strict=True)) if row.taken else None
