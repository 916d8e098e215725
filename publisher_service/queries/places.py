"""Devices, chats and numbers of people, and what waits to become one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.publisher.channel_errors import PlaceNotFound
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.db import new_id
from publisher_service.models.notices import Delivery
from publisher_service.models.people import Address
from publisher_service.models.places import Waiting
from publisher_service.rules.kinds import CODE

PAID = (ChannelName.sms, ChannelName.whatsapp)
ONE_BY_ONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")


async def places(session: AsyncSession, account_id: UUID) -> Sequence[Address]:
    """Return what is proven to be theirs, oldest first."""
    statement = select(Address).where(
        Address.account_id == account_id, Address.verified_at.is_not(None)
    )
    return (await session.scalars(statement.order_by(Address.channel, Address.id))).all()


async def place(session: AsyncSession, account_id: UUID, place_id: UUID) -> Address:
    """Return one of theirs; raise PlaceNotFound, for a stranger's as well."""
    found = await session.get(Address, place_id)
    if found is None or found.account_id != account_id:
        raise PlaceNotFound
    return found


async def add(session: AsyncSession, row: dict[str, Any]) -> Address:
    """Make it theirs, whoever's it was: they have just proven that they hold it."""
    statement = upsert(Address).values(row | {"id": new_id()})
    changed = {name: row[name] for name in row if name not in {"channel", "address"}}
    is_known = Address.account_id == row["account_id"]
    changed["created_at"] = case((is_known, Address.created_at), else_=row["created_at"])
    found = await session.scalars(
        statement.on_conflict_do_update(
            index_elements=["channel", "address"], set_=changed
        ).returning(Address),
        execution_options={"populate_existing": True},
    )
    return found.one()


async def remove(session: AsyncSession, channel: ChannelName, address: str) -> UUID | None:
    """Return whose it was."""
    statement = delete(Address).where(Address.channel == channel, Address.address == address)
    return await session.scalar(statement.returning(Address.account_id))


async def remove_others(session: AsyncSession, kept: Address) -> None:
    """Leave an account this place alone of its channel."""
    await session.execute(
        delete(Address).where(
            Address.account_id == kept.account_id,
            Address.channel == kept.channel,
            Address.id != kept.id,
        )
    )


async def holder(session: AsyncSession, channel: ChannelName, address: str) -> UUID | None:
    statement = select(Address.account_id).where(
        Address.channel == channel, Address.address == address
    )
    return await session.scalar(statement)


async def begin(session: AsyncSession, row: dict[str, Any]) -> None:
    """Note what waits for its code, in place of what waited before."""
    fresh = row | {"failures": 0}
    statement = upsert(Waiting).values(fresh)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["account_id", "channel"], set_=fresh)
    )


async def waiting(session: AsyncSession, account_id: UUID, at: datetime) -> Sequence[Waiting]:
    statement = select(Waiting).where(Waiting.account_id == account_id, Waiting.expires_at > at)
    return (await session.scalars(statement.order_by(Waiting.channel))).all()


async def waiting_for_update(
    session: AsyncSession, account_id: UUID, channel: ChannelName, at: datetime
) -> Waiting | None:
    statement = select(Waiting).where(
        Waiting.account_id == account_id, Waiting.channel == channel, Waiting.expires_at > at
    )
    return await session.scalar(statement.with_for_update())


async def take(session: AsyncSession, digest: str, at: datetime) -> UUID | None:
    """Return who asked for the link with this code; it works once."""
    statement = delete(Waiting).where(Waiting.digest == digest, Waiting.expires_at > at)
    return await session.scalar(statement.returning(Waiting.account_id))


async def forget_expired(session: AsyncSession, at: datetime) -> None:
    await session.execute(delete(Waiting).where(Waiting.expires_at <= at))


async def only_one(session: AsyncSession, *what: object) -> None:
    """Wait until no other transaction does the same; until this one ends."""
    await session.execute(ONE_BY_ONE, {"what": " ".join(map(str, what))})


async def paid_since(
    session: AsyncSession, accounts: Collection[UUID], since: datetime
) -> dict[UUID, int]:
    """Return how many messages that cost money these accounts were sent, codes apart."""
    statement = (
        select(Delivery.account_id, func.count())
        .where(
            Delivery.account_id.in_(accounts),
            Delivery.channel.in_(PAID),
            Delivery.created_at >= since,
            Delivery.state != DeliveryState.failed,
            Delivery.kind != CODE,
        )
        .group_by(Delivery.account_id)
    )
    found = await session.execute(statement)
    return {account: count for account, count in found if account is not None}


async def sent_as(session: AsyncSession, channel: ChannelName, provider_id: str) -> Delivery | None:
    """Return the delivery that the provider calls so."""
    statement = (
        select(Delivery)
        .where(Delivery.channel == channel, Delivery.provider_id == provider_id)
        .with_for_update()
    )
    return await session.scalar(statement.limit(1))
