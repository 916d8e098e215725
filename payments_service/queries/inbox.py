"""The inbox of webhooks: each is kept once, and is handled by a job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.errors import WebhookNotFound
from kit.contracts.payments.orders import WebhookState
from kit.db import Database, find, new_id
from kit.jobs import enqueue_many
from payments_service.models.orders import Webhook
from payments_service.queries.quick import at_once

# Those that were there count up; those that are not handled yet are asked to be, once more. One
# statement, so that one trip to the database keeps a webhook and its job: kit.jobs.enqueue_many
# would need three more.
PUT = """
    WITH kept AS (
        INSERT INTO webhook (id, provider, dedupe_key, kind, provider_ref, attempt_id, shows,
                             headers, body, delivery_count, received_at)
        SELECT *, $11::timestamptz FROM unnest(
            $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::uuid[],
            $7::jsonb[], $8::jsonb[], $9::bytea[], $10::integer[])
        ON CONFLICT (provider, dedupe_key)
        DO UPDATE SET delivery_count = webhook.delivery_count + excluded.delivery_count
        RETURNING id, state
    )
    INSERT INTO pgqueuer (priority, status, entrypoint, dedupe_key, payload)
    SELECT 0, 'queued', 'handle_webhook', 'handle_webhook:' || id,
           convert_to(json_build_object('webhook_id', id)::text, 'UTF8')
    FROM kept WHERE state IN ('waiting', 'failed')
    ON CONFLICT (dedupe_key) WHERE status IN ('queued', 'picked') AND dedupe_key IS NOT NULL
    DO NOTHING
"""


@dataclass
class Arrived:
    """A verified webhook. `count`: how often it came within one moment."""

    provider: str
    dedupe_key: str
    kind: str
    provider_ref: str
    attempt_id: UUID | None
    shows: dict[str, str]
    headers: dict[str, str]
    body: bytes
    count: int = 1


async def put(database: Database, arrived: Sequence[Arrived], at: datetime) -> None:
    """Keep webhooks, no two of them the same, and ask for each new one to be handled."""
    many = sorted(arrived, key=lambda each: (each.provider, each.dedupe_key))  # locked in one order
    await at_once(
        database,
        PUT,
        [new_id() for _ in many],
        [each.provider for each in many],
        [each.dedupe_key for each in many],
        [each.kind for each in many],
        [each.provider_ref for each in many],
        [each.attempt_id for each in many],
        [orjson.dumps(each.shows).decode() for each in many],
        [orjson.dumps(each.headers).decode() for each in many],
        [each.body for each in many],
        [each.count for each in many],
        at,
    )


async def ask(webhooks: Sequence[UUID], session: AsyncSession) -> None:
    """Have these handled; what waits already waits once."""
    names = [str(one) for one in webhooks]
    if names:
        many = [{"webhook_id": name} for name in names]
        await enqueue_many(session, "handle_webhook", many, keys=names)


async def webhook(session: AsyncSession, webhook_id: UUID, *, lock: bool = False) -> Webhook:
    return await find(session, Webhook, webhook_id, WebhookNotFound, lock=lock)


async def last_at(session: AsyncSession) -> dict[str, datetime]:
    """Return when the newest webhook of each provider came."""
    asked = select(Webhook.provider, func.max(Webhook.received_at)).group_by(Webhook.provider)
    return {row[0]: row[1] for row in await session.execute(asked)}


async def waiting_since(session: AsyncSession, before: datetime, limit: int = 500) -> list[UUID]:
    """Return webhooks that came before then and were not handled: their job may be lost."""
    asked = (
        select(Webhook.id)
        .where(Webhook.state == WebhookState.waiting, Webhook.received_at < before)
        .order_by(Webhook.id)
        .limit(limit)
    )
    return list(await session.scalars(asked))
