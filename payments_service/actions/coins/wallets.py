"""What is in a wallet, and how it came about."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.payments.coins import Expiring, Movement, Movements, Wallet
from kit.pages import BadCursor, decode_cursor, encode_cursor
from payments_service.models.coins import CoinKind
from payments_service.queries import wallets as queries
from payments_service.rules import accounts
from payments_service.rules.coins import movement_kind

NEWEST = 2**62


async def wallet(session: AsyncSession, account_id: UUID, low: int) -> Wallet:
    rows = await queries.lots(session, account_id, clock.now())
    sums = {kind: sum(n for one, _, n in rows if one == kind) for kind in CoinKind}
    balance = sum(sums.values())
    return Wallet(
        account_id=account_id,
        balance=balance,
        bought=sums[CoinKind.bought],
        granted=sums[CoinKind.granted],
        expiring=[Expiring(amount=n, expires_at=until) for _, until, n in rows if until],
        is_low=balance < low,
        low_below=low,
    )


@dataclass
class _Place:
    """Where a history was read to: the number below which to go on, and the balance there."""

    before: dict[CoinKind, int] = field(default_factory=lambda: dict.fromkeys(CoinKind, NEWEST))
    balance: dict[CoinKind, int | None] = field(default_factory=lambda: dict.fromkeys(CoinKind))

    def begin(self, rows: Iterable[tuple[CoinKind, Row[Any]]]) -> None:
        """Take from the newest posting of each account what is in it now."""
        for kind, row in rows:
            if self.before[kind] == NEWEST:
                self.before[kind] = row.number + 1
                self.balance[kind] = -row.balance

    def read(self, kind: CoinKind, row: Row[Any]) -> None:
        """Go past one posting: before it, the wallet had less by what it brought."""
        self.before[kind] = row.number
        self.balance[kind] = -(row.balance - row.amount)

    def total(self) -> int:
        return sum(one or 0 for one in self.balance.values())


async def movements(
    session: AsyncSession, account_id: UUID, cursor: str | None, limit: int
) -> Movements:
    """Return the history of a wallet, newest first: one line for a journal."""
    place = _opened(cursor)
    rows = await queries.moves(session, account_id, dict(place.before), limit + 1)
    codes = {
        accounts.bought_coins(account_id).code: CoinKind.bought,
        accounts.granted_coins(account_id).code: CoinKind.granted,
    }
    place.begin((codes[row.code], row) for row in rows)
    groups = _by_journal(rows)
    items = []
    for group in groups[:limit]:
        items.append(_movement(group, place.total()))
        for row in group:
            place.read(codes[row.code], row)
    is_more = len(groups) > limit
    return Movements(items=items, next_cursor=_closed(place) if is_more else None)


def _by_journal(rows: Sequence[Row[Any]]) -> list[list[Row[Any]]]:
    groups: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        groups.setdefault(row.journal_id, []).append(row)
    return list(groups.values())


def _movement(group: list[Row[Any]], balance: int) -> Movement:
    first = group[0]
    amount = -sum(row.amount for row in group)
    return Movement(
        id=first.journal_id,
        kind=movement_kind(first.kind, amount),
        amount=amount,
        balance=balance,
        title=first.description,
        source=first.source,
        at=first.at,
    )


def _opened(cursor: str | None) -> _Place:
    place = _Place()
    if cursor is None:
        return place
    numbers = decode_cursor(cursor, 4)
    if not all(isinstance(one, int) for one in numbers):
        raise BadCursor
    bought, granted, in_bought, in_granted = (int(one or 0) for one in numbers)
    place.before = {CoinKind.bought: bought, CoinKind.granted: granted}
    place.balance = {CoinKind.bought: in_bought, CoinKind.granted: in_granted}
    return place


def _closed(place: _Place) -> str:
    return encode_cursor(
        place.before[CoinKind.bought],
        place.before[CoinKind.granted],
        place.balance[CoinKind.bought] or 0,
        place.balance[CoinKind.granted] or 0,
    )
