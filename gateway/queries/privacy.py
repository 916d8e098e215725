"""Where an account is named: in what events told, and in what jobs were given or found out.

The gateway keeps no person of its own; the id of one may stand anywhere in an event's payload.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from gateway.models import Event, Job

NOBODY = "deleted account"


async def events_naming(session: AsyncSession, account_id: UUID) -> Sequence[Event]:
    statement = select(Event).where(_names(Event.payload, account_id)).order_by(Event.id)
    return (await session.scalars(statement)).all()


async def jobs_naming(session: AsyncSession, account_id: UUID) -> Sequence[Job]:
    named = or_(_names(Job.arguments, account_id), _names(Job.facts, account_id))
    return (await session.scalars(select(Job).where(named).order_by(Job.id))).all()


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """Put a word in the place of the id; events and jobs stay."""
    named = _names(Event.payload, account_id)
    await session.execute(
        update(Event).where(named).values(payload=_without(Event.payload, account_id))
    )
    for column in (Job.arguments, Job.facts):
        values = {column.key: _without(column, account_id)}
        await session.execute(update(Job).where(_names(column, account_id)).values(values))


def _names(column: InstrumentedAttribute[dict[str, Any]], account_id: UUID) -> Any:  # noqa: ANN401
    return cast(column, Text).contains(str(account_id))


def _without(column: InstrumentedAttribute[dict[str, Any]], account_id: UUID) -> Any:  # noqa: ANN401
    return cast(func.replace(cast(column, Text), str(account_id), NOBODY), JSONB)
