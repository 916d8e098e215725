"""Everything about one account, over all tables of notices."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession

from publisher_service.models.notices import Delivery, Mail, Notice
from publisher_service.models.people import Address, Follow, Habits, Preference
from publisher_service.models.places import Waiting

KEPT = (Notice, Delivery, Preference, Habits, Address, Follow, Waiting)
HIDDEN = frozenset({"sealed", "details", "digest", "account_id"})


async def everything(session: AsyncSession, account_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """Return the rows about an account by table; keys and one-time links are left out."""
    found = {}
    for table in KEPT:
        rows = await session.scalars(select(table).where(table.account_id == account_id))
        found[table.__tablename__] = [_plain(row) for row in rows]
    return found


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """Delete notices with their deliveries and attempts, and mails kept in the outbox."""
    sent = select(Delivery.id).where(Delivery.account_id == account_id)
    await session.execute(delete(Mail).where(Mail.id.in_(sent)))
    await session.execute(delete(Notice).where(Notice.account_id == account_id))


def _plain(row: object) -> dict[str, Any]:
    columns = inspect(row).mapper.column_attrs
    return {one.key: getattr(row, one.key) for one in columns if one.key not in HIDDEN}
