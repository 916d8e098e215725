"""What one account has here becomes another's, when the two turn out to be one person's."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, exists, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kit.contracts.publisher.notices import ChannelName
from publisher_service.models.notices import Delivery, Notice
from publisher_service.models.people import Address, Follow, Habits, Preference
from publisher_service.models.places import Waiting

CHOSEN = (Follow, Preference, Habits)  # one row of each for an account and what it is about
MANY = {ChannelName.web_push}  # of other channels an account has one place alone


async def hand_over(session: AsyncSession, from_id: UUID, into_id: UUID) -> None:
    """Move it all; what the other account chose for itself stays as it is there."""
    for table in CHOSEN:
        await _copy(session, table, from_id, into_id)
        await session.execute(delete(table).where(table.account_id == from_id))
    theirs = aliased(Address)
    has_one = exists().where(theirs.account_id == into_id, theirs.channel == Address.channel)
    await session.execute(
        update(Address)
        .where(Address.account_id == from_id, or_(Address.channel.in_(MANY), ~has_one))
        .values(account_id=into_id)
        .execution_options(synchronize_session=False)
    )
    for kind in (Address, Waiting):
        await session.execute(delete(kind).where(kind.account_id == from_id))
    for told in (Notice, Delivery):
        moved = update(told).where(told.account_id == from_id).values(account_id=into_id)
        await session.execute(moved)


async def _copy(
    session: AsyncSession, table: type[Follow | Preference | Habits], from_id: UUID, into_id: UUID
) -> None:
    columns: dict[str, Any] = {one.key: one for one in table.__mapper__.columns}
    chosen = {**columns, "account_id": literal(into_id)}
    rows = select(*chosen.values()).where(columns["account_id"] == from_id)
    new = upsert(table).from_select(list(chosen), rows)
    await session.execute(new.on_conflict_do_nothing())
