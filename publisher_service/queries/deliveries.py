"""Deliveries: planned, loaded for sending, written down in batches, looked at."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Uuid,
    any_,
    delete,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from kit.contracts.publisher.errors import DeliveryNotFound
from kit.contracts.publisher.notices import ChannelName, DeliveryQuery, DeliveryState
from publisher_service.models.notices import Delivery
from publisher_service.models.people import Address, DeadAddress
from publisher_service.rules.trying import OPEN

# One statement for all that ended: states, attempts, and what was sealed is forgotten when nothing
# is left that would need it. A delivery that ended is reopened by staff alone, not by the late
# answer of a lost worker.
WRITE = text("""
    WITH new AS (
        SELECT * FROM unnest(
            CAST(:delivery_id AS uuid[]), CAST(:state AS text[]), CAST(:error AS text[]),
            CAST(:provider_id AS text[]), CAST(:at AS timestamptz[]), CAST(:due AS timestamptz[]),
            CAST(:outcome AS text[]), CAST(:detail AS text[]), CAST(:duration_ms AS int[])
        ) AS new (id, state, error, provider_id, at, due, outcome, detail, duration_ms)
    ), ended AS (
        UPDATE delivery SET
            state = new.state, attempt_count = attempt_count + 1, error = new.error,
            provider_id = COALESCE(new.provider_id, delivery.provider_id), updated_at = new.at,
            sent_at = CASE WHEN new.state = 'sent' THEN new.at ELSE sent_at END, due_at = new.due
        FROM new
        WHERE delivery.id = new.id AND delivery.state IN ('queued', 'waiting', 'sending')
        RETURNING delivery.id, delivery.notice_id, delivery.state, delivery.attempt_count
    ), tried AS (
        INSERT INTO attempt (delivery_id, number, at, outcome, detail, provider_id, duration_ms)
        SELECT id, ended.attempt_count, at, outcome, detail, provider_id, duration_ms
        FROM ended JOIN new USING (id)
    )
    UPDATE notice SET sealed = NULL
    FROM ended
    WHERE ended.state = 'sent' AND notice.id = ended.notice_id AND notice.sealed IS NOT NULL
      AND NOT EXISTS (SELECT FROM delivery AS other WHERE other.notice_id = notice.id
                      AND other.state NOT IN ('sent', 'merged')
                      AND other.id NOT IN (SELECT id FROM ended WHERE state = 'sent'))
""")
WRITTEN = ("delivery_id", "state", "error", "provider_id", "at", "due", "outcome", "detail",
           "duration_ms")  # fmt: skip


async def add(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> list[Delivery]:
    """Insert deliveries; return those that were not planned before."""
    if not rows:
        return []
    statement = upsert(Delivery).on_conflict_do_nothing().returning(Delivery)
    return list(await session.scalars(statement, list(rows)))


async def to_send(session: AsyncSession, ids: Collection[UUID]) -> dict[UUID, Delivery]:
    """Return deliveries with their notices; those that are gone are left out."""
    # One array, so that it is one statement however many there are.
    statement = select(Delivery).where(Delivery.id == any_(literal(list(ids), ARRAY(Uuid))))
    rows = await session.scalars(statement.options(joinedload(Delivery.notice, innerjoin=True)))
    return {row.id: row for row in rows}


async def begin(session: AsyncSession, delivery_id: UUID, at: datetime) -> bool:
    """Note that it is about to be handed over; return False when it was before."""
    statement = (
        update(Delivery)
        .where(
            Delivery.id == delivery_id,
            Delivery.state.in_([DeliveryState.queued, DeliveryState.waiting]),
        )
        .values(state=DeliveryState.sending, updated_at=at)
        .returning(Delivery.id)
    )
    return await session.scalar(statement) is not None


async def unbegin(session: AsyncSession, delivery_id: UUID, at: datetime) -> None:
    """Take back `begin`: nothing was handed over after all."""
    statement = update(Delivery).where(
        Delivery.id == delivery_id, Delivery.state == DeliveryState.sending
    )
    await session.execute(statement.values(state=DeliveryState.queued, updated_at=at))


async def write(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Write down how these tries ended: state, attempt, dead address, and what is to be forgotten.

    A row has `delivery_id`, `state`, `outcome`, `detail`, `provider_id`, `at`, `due`, `error`,
    `duration_ms`, `channel`, `address`.
    """
    if rows:
        await session.execute(WRITE, {name: [row[name] for row in rows] for name in WRITTEN})
    await note_dead(session, [row for row in rows if row["outcome"] == "refused"])


async def note_dead(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    new = {(str(row["channel"]), row["address"]): row for row in rows}
    statement = upsert(DeadAddress).values([
        {"channel": channel, "address": address, "reason": row["detail"], "at": row["at"]}
        for (channel, address), row in new.items()
    ])  # fmt: skip
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["channel", "address"],
            set_={"reason": statement.excluded.reason, "at": statement.excluded.at},
        )
    )
    # A device, chat or number that is gone is nobody's any more; e-mail addresses are not ours.
    await session.execute(
        delete(Address).where(tuple_(Address.channel, Address.address).in_(list(new)))
    )


async def delivery(session: AsyncSession, delivery_id: UUID, *, lock: bool = False) -> Delivery:
    """Return a delivery with its attempts."""
    statement = select(Delivery).where(Delivery.id == delivery_id)
    if lock:
        statement = statement.with_for_update(of=Delivery)
    statement = statement.options(selectinload(Delivery.attempts), joinedload(Delivery.notice))
    found = await session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise DeliveryNotFound
    return found


async def deliveries(
    session: AsyncSession, chosen: DeliveryQuery, before: UUID | None, limit: int
) -> Sequence[Delivery]:
    """Return deliveries, newest first."""
    statement = select(Delivery).order_by(Delivery.id.desc()).limit(limit)
    for name in ("state", "channel", "kind", "account_id", "notice_id"):
        if (value := getattr(chosen, name)) is not None:
            statement = statement.where(getattr(Delivery, name) == value)
    if before is not None:
        statement = statement.where(Delivery.id < before)
    return (await session.scalars(statement)).all()


async def counts(session: AsyncSession) -> Sequence[tuple[ChannelName, DeliveryState, int]]:
    rows = await session.execute(
        select(Delivery.channel, Delivery.state, func.count())
        .group_by(Delivery.channel, Delivery.state)
        .order_by(Delivery.channel, Delivery.state)
    )
    return [(channel, state, count) for channel, state, count in rows]


async def gathered(session: AsyncSession, at: datetime, limit: int) -> Sequence[Delivery]:
    """Return what waits for a digest that is due, an account's things together."""
    statement = (
        select(Delivery)
        .where(
            Delivery.is_for_digest, Delivery.state == DeliveryState.waiting, Delivery.due_at <= at
        )
        .options(joinedload(Delivery.notice, innerjoin=True))
        .order_by(Delivery.account_id, Delivery.id)
        .limit(limit)
        .with_for_update(of=Delivery, skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def bounce(
    session: AsyncSession, email: str, provider_id: str | None, reason: str, at: datetime
) -> None:
    """Mark what was sent to that address as come back: one mail, or else the newest."""
    newest = (
        select(Delivery.id)
        .where(
            Delivery.channel == ChannelName.email,
            Delivery.address == email,
            Delivery.state == DeliveryState.sent,
        )
        .order_by(Delivery.id.desc())
        .limit(1)
    )
    if provider_id is not None:
        newest = newest.where(Delivery.provider_id == provider_id)
    statement = update(Delivery).where(Delivery.id.in_(newest))
    await session.execute(
        statement.values(state=DeliveryState.bounced, error=reason, updated_at=at)
    )


async def merge(session: AsyncSession, ids: Collection[UUID], at: datetime) -> None:
    """Note that these were told in a digest."""
    statement = update(Delivery).where(Delivery.id.in_(ids), Delivery.state.in_(OPEN))
    await session.execute(statement.values(state=DeliveryState.merged, updated_at=at, due_at=None))
