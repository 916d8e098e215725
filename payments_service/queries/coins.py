"""Lots of coins: locked, taken from, added; and what was spent under which key."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.coins import CoinGift, CoinKind, CoinLot, CoinSpend, CoinUse
from payments_service.models.ledger import Account, Guard, Kind, Posting
from payments_service.queries.ledger import Outcome
from payments_service.queries.quick import Writing, fetch
from payments_service.rules import accounts
from payments_service.rules.coins import Lot, Taken
from payments_service.rules.journals import Leg

LOTS = """
    SELECT account_id, id, kind, remaining, value_amount, value_currency, expires_at
    FROM coin_lot
    WHERE account_id = ANY($1::uuid[]) AND remaining > 0
        AND (expires_at IS NULL OR expires_at > $2)
    ORDER BY id FOR UPDATE
"""
KNOWN = """
    SELECT key, asked, id, account_id, amount, granted_amount, balance, subject, title, created_at
    FROM coin_spend WHERE key = ANY($1)
"""
# The check constraints of coin_lot are the last word: what is not there cannot be taken.
TAKE = """
    sums AS (
        SELECT lot_id, sum(amount) AS amount, sum(value) AS value FROM taken GROUP BY lot_id
    ), lots AS (
        UPDATE coin_lot SET remaining = remaining - sums.amount,
                            value_amount = value_amount - sums.value
        FROM sums WHERE coin_lot.id = sums.lot_id
            AND coin_lot.id = ANY($2::uuid[])  -- so that the planner does not read all of the table
    ), uses AS (
        INSERT INTO coin_use (journal_id, lot_id, amount, value)
        SELECT journal_id, lot_id, amount, value FROM taken
    )
"""
OFF = text(r"""
    WITH lots AS (
        SELECT 'liability\:wallet\:' || account_id || '\:' || kind || '\:COIN' AS code,
               sum(remaining) AS total
        FROM coin_lot GROUP BY account_id, kind
        UNION ALL
        SELECT 'liability\:coins\:' || value_currency, sum(value_amount)
        FROM coin_lot WHERE value_currency <> '' GROUP BY value_currency
    ), posted AS (
        SELECT code, -posted AS total FROM account
        WHERE code LIKE 'liability\:wallet\:%' OR code LIKE 'liability\:coins\:%'
    )
    SELECT coalesce(lots.code, posted.code), coalesce(lots.total, 0), coalesce(posted.total, 0)
    FROM lots FULL JOIN posted ON posted.code = lots.code
    WHERE coalesce(lots.total, 0) <> coalesce(posted.total, 0)
    ORDER BY 1
""")
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:wallet, 0))")
USED = """
    SELECT * FROM jsonb_to_recordset($1::jsonb)
        AS t (journal_id uuid, lot_id uuid, amount bigint, value bigint)
"""
ALL_POSTED = "NOT EXISTS (SELECT FROM posted WHERE outcome <> 'posted')"
# Journals, lots and spends in one statement: the accounts that all spends move are locked from
# its beginning to the commit, and every moment of that is waited for.
SPEND = f"""
    WITH posted AS MATERIALIZED (SELECT * FROM post_journals($3::jsonb)),
    taken AS ({USED} WHERE {ALL_POSTED}), {TAKE}, spends AS (
        INSERT INTO coin_spend (id, key, asked, account_id, amount, granted_amount, balance,
                                subject, title, created_at)
        SELECT * FROM jsonb_to_recordset($4::jsonb)
            AS s (id uuid, key text, asked text, account_id uuid, amount bigint,
                  granted_amount bigint, balance bigint, subject text, title text,
                  created_at timestamptz)
        WHERE {ALL_POSTED}
    )
    SELECT * FROM posted ORDER BY place
"""  # noqa: S608  (nothing but constants)
ONLY_TAKE = f"WITH taken AS ({USED}), {TAKE} SELECT"


async def lots_for_update(
    writing: Writing, owners: Iterable[UUID], at: datetime
) -> Mapping[UUID, list[Lot]]:
    """Return the coins these owners can spend, locked in one order."""
    found: dict[UUID, list[Lot]] = {one: [] for one in owners}
    for owner, lot_id, *rest in await fetch(writing, LOTS, list(found), at):
        found[owner].append(Lot(lot_id, *rest))
    return found


async def spends(writing: Writing, keys: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return what was spent under these keys: columns as in KNOWN."""
    return [tuple(row) for row in await fetch(writing, KNOWN, list(keys))]


async def write_spends(
    writing: Writing,
    journals: str,
    spends: Sequence[Mapping[str, object]],
    uses: Sequence[tuple[UUID, Taken]],
) -> list[Outcome]:
    """Post journals (as `ledger.written` gives them) with what they spend and take, or nothing."""
    told = orjson.dumps(spends, default=str).decode()
    rows = await fetch(writing, SPEND, *_uses(uses), journals, told)
    return [Outcome(*row) for row in rows]


async def write_uses(writing: Writing, uses: Sequence[tuple[UUID, Taken]]) -> None:
    """Take from lots what a journal moved."""
    await fetch(writing, ONLY_TAKE, *_uses(uses))


def _uses(uses: Sequence[tuple[UUID, Taken]]) -> tuple[str, list[UUID]]:
    written = [
        {"journal_id": journal, "lot_id": one.lot_id, "amount": one.amount, "value": one.value}
        for journal, one in uses
    ]
    lots = list({one.lot_id for _, one in uses})
    return orjson.dumps(written, default=str).decode(), lots


async def spend(session: AsyncSession, spend_id: UUID) -> CoinSpend | None:
    return await session.get(CoinSpend, spend_id)


async def gift(session: AsyncSession, key: str) -> CoinGift | None:
    return await session.scalar(select(CoinGift).where(CoinGift.key == key))


async def lock_wallet(session: AsyncSession, account_id: UUID) -> None:
    """Wait for whoever else gives this account coins for a reason that counts once."""
    await session.execute(LOCK, {"wallet": f"wallet:{account_id}"})


async def is_lot(session: AsyncSession, key: str) -> bool:
    """Say whether coins came under this key already."""
    return bool(await session.scalar(select(exists().where(CoinLot.key == key))))


async def used_lots_for_update(
    session: AsyncSession, journal_id: UUID
) -> Sequence[tuple[CoinLot, CoinUse]]:
    """Return the lots a movement took from, locked, with what it took."""
    rows = await session.execute(
        select(CoinLot, CoinUse)
        .join(CoinUse, CoinUse.lot_id == CoinLot.id)
        .where(CoinUse.journal_id == journal_id)
        .order_by(CoinLot.id)
        .with_for_update(of=CoinLot)
    )
    return [(lot, use) for lot, use in rows]


async def lots_of_order_for_update(session: AsyncSession, order_id: UUID) -> Sequence[CoinLot]:
    keys = [f"order:{order_id}:{kind}" for kind in CoinKind]
    found = await session.scalars(
        select(CoinLot).where(CoinLot.key.in_(keys)).order_by(CoinLot.id).with_for_update()
    )
    return found.all()


async def expired_lots_for_update(
    session: AsyncSession, at: datetime, limit: int
) -> Sequence[CoinLot]:
    found = await session.scalars(
        select(CoinLot)
        .where(CoinLot.remaining > 0, CoinLot.expires_at <= at)
        .order_by(CoinLot.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return found.all()


async def has_bought(session: AsyncSession, account_id: UUID) -> bool:
    """Say whether an account has ever bought a pack."""
    asked = exists().where(CoinLot.account_id == account_id, CoinLot.order_id.is_not(None))
    return bool(await session.scalar(select(asked)))


async def off_lots(session: AsyncSession) -> Sequence[tuple[str, int, int]]:
    """Return (account, what lots say, what the ledger says) where the two differ.

    Of every wallet, and of the money that is owed for coins. One snapshot: nobody waits for it.
    """
    return [(code, int(lots), int(posted)) for code, lots, posted in await session.execute(OFF)]


async def legs(session: AsyncSession, journal_id: UUID) -> list[Leg]:
    """Return the legs of a journal as they were posted."""
    rows = await session.execute(
        select(Account.code, Account.kind, Account.currency, Account.guard, Posting.amount)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.journal_id == journal_id)
        .order_by(Posting.id)
    )
    return [
        (accounts.Account(code, Kind(kind), currency, Guard(guard)), amount)
        for code, kind, currency, guard, amount in rows
    ]
