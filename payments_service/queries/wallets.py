"""Wallets: what is in one now, and its history out of the ledger."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.coins import CoinKind, CoinLot
from payments_service.rules import accounts

# The newest of two accounts' postings, each by its own index; a journal may be on both.
MOVES = text("""
    SELECT found.journal_id, found.code, found.number, found.amount, found.balance,
           journal.kind, journal.description, journal.source, journal.at
    FROM account
    CROSS JOIN LATERAL (
        SELECT account.code, posting.id, posting.journal_id, posting.number, posting.amount,
               posting.balance
        FROM posting
        WHERE posting.account_id = account.id
            AND posting.number < CASE account.code WHEN :bought THEN CAST(:before_bought AS bigint)
                                                   ELSE CAST(:before_granted AS bigint) END
        ORDER BY posting.number DESC LIMIT :count
    ) AS found
    JOIN journal ON journal.id = found.journal_id
    WHERE account.code IN (:bought, :granted)
    ORDER BY found.id DESC
""")


# Whoever is spending a lot now is told of it the next time.
SOON_GONE = text("""
    WITH owners AS (
        SELECT DISTINCT account_id FROM coin_lot
        WHERE expires_at > :at AND expires_at <= :until AND remaining > 0 AND warned_at IS NULL
        LIMIT :count
    ), soon AS (
        SELECT id FROM coin_lot JOIN owners USING (account_id)
        WHERE expires_at > :at AND expires_at <= :until AND remaining > 0 AND warned_at IS NULL
        FOR UPDATE OF coin_lot SKIP LOCKED
    ), told AS (
        UPDATE coin_lot SET warned_at = :at FROM soon WHERE coin_lot.id = soon.id
        RETURNING account_id, remaining, expires_at
    )
    SELECT account_id, sum(remaining), min(expires_at) FROM told GROUP BY account_id
""")

Left = tuple[CoinKind, datetime | None, int]


async def lots(session: AsyncSession, account_id: UUID, at: datetime) -> list[Left]:
    """Return (kind, expires_at, coins) of what can be spent."""
    rows = await session.execute(
        select(CoinLot.kind, CoinLot.expires_at, func.sum(CoinLot.remaining))
        .where(
            CoinLot.account_id == account_id,
            CoinLot.remaining > 0,
            or_(CoinLot.expires_at.is_(None), CoinLot.expires_at > at),
        )
        .group_by(CoinLot.kind, CoinLot.expires_at)
        .order_by(CoinLot.expires_at)
    )
    return [(kind, until, int(count)) for kind, until, count in rows]


async def balance(session: AsyncSession, account_id: UUID, at: datetime) -> int:
    """Return the coins an account can spend."""
    return sum(count for _, _, count in await lots(session, account_id, at))


async def soon_gone(
    session: AsyncSession, at: datetime, until: datetime, count: int
) -> list[tuple[UUID, int, datetime]]:
    """Return who has coins that expire before `until`, how many, from when on; each lot once."""
    given = {"at": at, "until": until, "count": count}
    rows = await session.execute(SOON_GONE, given)
    return [(account_id, int(coins), first_at) for account_id, coins, first_at in rows]


async def moves(
    session: AsyncSession, account_id: UUID, before: dict[CoinKind, int], count: int
) -> Sequence[Row[Any]]:
    """Return postings on the wallet's two accounts, newest first, below these numbers."""
    rows = await session.execute(
        MOVES,
        {
            "bought": accounts.bought_coins(account_id).code,
            "granted": accounts.granted_coins(account_id).code,
            "before_bought": before[CoinKind.bought],
            "before_granted": before[CoinKind.granted],
            "count": count,
        },
    )
    return rows.all()
