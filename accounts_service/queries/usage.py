"""How often clients have called."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Row, cast, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.programs import ApiClient, ClientCalls
from kit.contracts.accounts.clients import ClientCallsTold

# What many processes counted on a day that is over becomes one row.
FOLD = text("""
    WITH gone AS (
        DELETE FROM client_calls WHERE day < :day AND process <> :folded
        RETURNING client_id, day, service, calls
    )
    INSERT INTO client_calls (client_id, day, service, process, calls)
    SELECT client_id, day, service, :folded, sum(calls) FROM gone GROUP BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT pk_client_calls
    DO UPDATE SET calls = client_calls.calls + excluded.calls
""")
FOLDED = UUID(int=0)


async def take_calls(session: AsyncSession, told: ClientCallsTold) -> None:
    """Keep the highest sum that a process told; clients that do not exist are passed over."""
    wanted = sorted({one.client_id for one in told.counts})
    known = set(await session.scalars(select(ApiClient.id).where(ApiClient.id.in_(wanted))))
    rows = {
        (one.client_id, one.day): {
            "client_id": one.client_id,
            "day": one.day,
            "service": told.service,
            "process": told.process,
            "calls": one.calls,
        }
        for one in told.counts
        if one.client_id in known
    }
    if not rows:
        return
    made = insert(ClientCalls).values([rows[key] for key in sorted(rows)])
    more = func.greatest(ClientCalls.calls, made.excluded.calls)
    await session.execute(
        made.on_conflict_do_update(constraint="pk_client_calls", set_={"calls": more})
    )


async def calls(
    session: AsyncSession, client_id: UUID, since: date
) -> Sequence[Row[date, str, int]]:
    """Return day, service and calls, the newest day first."""
    total = cast(func.sum(ClientCalls.calls), BigInteger)
    statement = (
        select(ClientCalls.day, ClientCalls.service, total)
        .where(ClientCalls.client_id == client_id, ClientCalls.day >= since)
        .group_by(ClientCalls.day, ClientCalls.service)
        .order_by(ClientCalls.day.desc(), ClientCalls.service)
    )
    return (await session.execute(statement)).all()


async def fold_calls(session: AsyncSession, before: date, forgotten: date) -> None:
    """Make one row of each finished day, and forget the days long gone."""
    await session.execute(FOLD, {"day": before, "folded": FOLDED})
    await session.execute(delete(ClientCalls).where(ClientCalls.day < forgotten))
