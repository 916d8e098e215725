"""Lots of coins: locked, taken from, added; and what was spent under which key."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import exists, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.models.coins import CoinGift, CoinKind, CoinLot, CoinSpend, CoinUse
from payments_service.models.ledger import Account, Guard, Kind, Posting
from payments_service.queries.quick import Writing, fetch
from payments_service.rules import accounts
from payments_service.rules.coins import Lot, Taken
from payments_service.rules.journals import Leg

LOT = ("account_id", "id", "kind", "remaining", "value_amount", "value_currency", "expires_at")
SPEND = (
    "key", "asked", "id", "account_id", "amount", "granted_amount", "balance", "subject", "title",
    "created_at",
)  # fmt: skip
LOTS = f"""
    SELECT {", ".join(LOT)} FROM coin_lot
    WHERE account_id = ANY($1::uuid[]) AND remaining > 0
        AND (expires_at IS NULL OR expires_at > $2)
    ORDER BY id FOR UPDATE
"""  # noqa: S608  (nothing but constants)
KNOWN = f"SELECT {', '.join(SPEND)} FROM coin_spend WHERE key = ANY($1)"  # noqa: S608  (constants)
BOTH = "SELECT lot, spend FROM see_coins($1, $2, $3)"
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
WRITE = "SELECT spend_coins($1::jsonb, $2::jsonb, $3::jsonb, $4::jsonb)"
TAKE = "SELECT take_coins($1::jsonb)"

Wallets = Mapping[UUID, list[Lot]]
Columns = Sequence[Any]


async def lots_for_update(writing: Writing, owners: Iterable[UUID], at: datetime) -> Wallets:
    """Return the coins these owners can spend, locked in one order."""
    found = list(set(owners))
    return _wallets(found, await fetch(writing, LOTS, found, at))


async def spends(writing: Writing, keys: Sequence[str]) -> Sequence[Columns]:
    """Return what was spent under these keys: columns as in SPEND."""
    return await fetch(writing, KNOWN, list(keys))


async def lots_and_spends(
    writing: Writing, owners: Iterable[UUID], keys: Sequence[str], at: datetime
) -> tuple[Wallets, Sequence[Columns]]:
    """Return both as they were at one moment, with nothing locked."""
    found = list(set(owners))
    rows = await fetch(writing, BOTH, found, list(keys), at)
    lots = (itemgetter(*LOT)(lot) for lot, _ in rows if lot)
    return _wallets(found, lots), [itemgetter(*SPEND)(one) for _, one in rows if one]


def _wallets(owners: Iterable[UUID], rows: Iterable[Columns]) -> Wallets:
    found: dict[UUID, list[Lot]] = {one: [] for one in owners}
    for owner, *rest in rows:
        found[owner].append(Lot(*rest))
    return found


async def write_spends(
    writing: Writing,
    seen: Sequence[Mapping[str, object]],
    journals: str,
    uses: Sequence[tuple[UUID, Taken]],
    spends: Sequence[Mapping[str, object]],
) -> None:
    """Post journals (as `ledger.written` gives them) with what they spend and take, or nothing.

    `seen`: the lots as they were read. Where one is another by now, it is a serialization failure.
    """
    await fetch(writing, WRITE, _json(seen), journals, _uses(uses), _json(spends))


async def write_uses(writing: Writing, uses: Sequence[tuple[UUID, Taken]]) -> None:
    """Take from lots what a journal moved."""
    await fetch(writing, TAKE, _uses(uses))


def _uses(uses: Sequence[tuple[UUID, Taken]]) -> str:
    return _json(
        [
            {"journal_id": journal, "lot_id": one.lot_id, "amount": one.amount, "value": one.value}
            for journal, one in uses
        ]
    )


def _json(rows: Sequence[Mapping[str, object]]) -> str:
    return orjson.dumps(rows, default=str).decode()


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
