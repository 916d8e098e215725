"""How people want to be told, and where they can be reached."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.publisher.notices import ChannelName
from publisher_service.models.people import (
    Address,
    DeadAddress,
    Habits,
    Preference,
    Unsubscribed,
)
from publisher_service.models.places import Waiting
from publisher_service.rules.planning import DEFAULT_ZONE, Place, Wishes


async def wishes(session: AsyncSession, accounts: Collection[UUID]) -> dict[UUID, Wishes]:
    """Return how each of these accounts wants to be told."""
    chosen: dict[UUID, dict[tuple[str, ChannelName], bool]] = {one: {} for one in accounts}
    for row in await session.scalars(select(Preference).where(Preference.account_id.in_(accounts))):
        chosen[row.account_id][row.kind, ChannelName(row.channel)] = row.is_on
    rows = await session.scalars(select(Habits).where(Habits.account_id.in_(accounts)))
    habits = {row.account_id: row for row in rows}
    return {one: _wishes(chosen[one], habits.get(one)) for one in accounts}


def _wishes(chosen: dict[tuple[str, ChannelName], bool], habits: Habits | None) -> Wishes:
    if habits is None:
        return Wishes(chosen)
    return Wishes(chosen, habits.quiet_from, habits.quiet_until, habits.zone, habits.digest)


async def choose(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Write choices down; each row has `account_id`, `kind`, `channel`, `is_on`."""
    if not rows:
        return
    statement = upsert(Preference).values(list(rows))
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id", "kind", "channel"],
            set_={"is_on": statement.excluded.is_on},
        )
    )


async def change_habits(session: AsyncSession, account_id: UUID, changes: dict[str, Any]) -> None:
    fresh = {"account_id": account_id, "zone": DEFAULT_ZONE, "digest": "none"} | changes
    statement = upsert(Habits).values(fresh)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["account_id"], set_=changes)
    )


async def places(session: AsyncSession, accounts: Collection[UUID]) -> dict[UUID, list[Place]]:
    """Return where these accounts are reached by other channels than e-mail."""
    found: dict[UUID, list[Place]] = {one: [] for one in accounts}
    statement = select(Address.account_id, Address.channel, Address.address).where(
        Address.account_id.in_(accounts), Address.verified_at.is_not(None)
    )
    for account, channel, address in await session.execute(statement):
        found[account].append(Place(ChannelName(channel), address))
    return found


async def details(
    session: AsyncSession, channel: ChannelName, address: str, account_id: UUID | None
) -> dict[str, str] | None:
    """Return what else a channel needs to reach an address; None when it is theirs no more."""
    statement = select(Address.details).where(
        Address.channel == channel,
        Address.address == address,
        Address.account_id == account_id,
        Address.verified_at.is_not(None),
    )
    return await session.scalar(statement)


async def dead(session: AsyncSession, asked: Iterable[Place]) -> set[Place]:
    """Return which of these places are dead."""
    pairs = [(str(place.channel), place.address) for place in asked]
    if not pairs:
        return set()
    rows = await session.execute(
        select(DeadAddress.channel, DeadAddress.address).where(
            tuple_(DeadAddress.channel, DeadAddress.address).in_(pairs)
        )
    )
    return {Place(ChannelName(channel), address) for channel, address in rows}


async def revive(session: AsyncSession, places: Sequence[Place]) -> None:
    """Forget that these places were dead."""
    for place in places:
        await session.execute(
            delete(DeadAddress).where(
                DeadAddress.channel == place.channel, DeadAddress.address == place.address
            )
        )


async def unsubscribed(session: AsyncSession, emails: Collection[str], kind: str) -> set[str]:
    statement = select(Unsubscribed.email).where(
        Unsubscribed.email.in_(emails), Unsubscribed.kind == kind
    )
    return set(await session.scalars(statement))


async def unsubscribe(session: AsyncSession, email: str, kind: str, at: datetime) -> None:
    statement = upsert(Unsubscribed).values(email=email, kind=kind, at=at)
    await session.execute(statement.on_conflict_do_nothing())


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """Delete what is kept about how somebody wants to be told."""
    for table in (Preference, Habits, Address, Waiting):
        await session.execute(delete(table).where(table.account_id == account_id))
