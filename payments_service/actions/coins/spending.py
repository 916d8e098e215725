"""Spending coins: many at once in few statements, each once for its key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.payments.shop_errors import (
    NotEnoughCoins,
    SpendKeyReused,
)
from kit.errors import AppError
from kit.events import notify
from payments_service.actions.tools import Tools
from payments_service.models.coins import CoinKind
from payments_service.queries import coins as queries
from payments_service.queries import ledger
from payments_service.queries.quick import Line, Writing, session_of
from payments_service.rules import coins as rules
from payments_service.rules.coins import Lot, Taken
from payments_service.rules.journals import NewJournal, journal


@dataclass(frozen=True, slots=True)
class Asked:
    """Coins to spend. `key` is the account's own; `what` is the income their money becomes."""

    account_id: UUID
    key: str
    amount: int
    subject: str
    title: str = ""
    what: str = "coins"

    @property
    def whole_key(self) -> str:
        return f"{self.account_id}:{self.key}"

    @property
    def told(self) -> str:
        """What has to be the same when the key is."""
        return f"{self.amount}:{self.subject}"


@dataclass(frozen=True, slots=True)
class Terms:
    """`low`: fewer coins are few; `tax_percent`: what of a spend's money is tax."""

    low: int = 0
    tax_percent: str = "0"
    home: str = ""

    @classmethod
    def of(cls, tools: Tools) -> "Terms":
        return cls(tools.settings.low_coins, tools.settings.tax_percent, tools.home)


@dataclass(frozen=True, slots=True)
class Spent:
    id: UUID
    account_id: UUID
    amount: int
    granted_amount: int
    balance: int
    subject: str
    title: str
    created_at: datetime


Outcome = Spent | AppError


async def spend(session: AsyncSession, asked: Asked, terms: Terms) -> Spent:
    """Spend once; raise NotEnoughCoins, SpendKeyReused."""
    (found,) = await spend_many(session, [asked], terms)
    if isinstance(found, AppError):
        raise found
    return found


async def spend_many(writing: Writing, asked: Sequence[Asked], terms: Terms) -> list[Outcome]:
    """Spend each, or say why not; one that is refused does not stop the others.

    Lots are locked before keys are looked up: whoever spent with the same key has committed then.
    """
    batch = _Batch(asked, terms)
    lots = await queries.lots_for_update(writing, batch.owners, batch.at)
    batch.take(lots, await queries.spends(writing, batch.keys))
    await batch.write(writing)
    if batch.fallen:
        async with session_of(writing) as session:
            await batch.warn(session)
    return batch.outcomes()


async def spend_at_once(alone: Line, asked: Sequence[Asked], terms: Terms) -> list[Outcome]:
    """Do the same in two statements, each a transaction: what was read is checked when it is taken.

    Raise NeedsTransaction where more is to be written with it; where coins have moved in between,
    it is a serialization failure. Nothing is spent then.
    """
    batch = _Batch(asked, terms)
    batch.take(*await queries.lots_and_spends(alone, batch.owners, batch.keys, batch.at))
    if batch.fallen:
        raise NeedsTransaction
    await batch.write(alone)
    return batch.outcomes()


class NeedsTransaction(Exception):
    """Somebody is to be told how few coins are left, and that is written with the spend."""


class _Batch:
    """Spends that are written together; `spent` is by key, `found` in the order they are asked."""

    def __init__(self, asked: Sequence[Asked], terms: Terms) -> None:
        self.asked = asked
        self.terms = terms
        self.at = clock.now()
        self.owners = {one.account_id for one in asked}
        self.keys = [one.whole_key for one in asked]
        self.seen: list[dict[str, object]] = []
        self.told: dict[str, str] = {}
        self.spent: dict[str, Spent] = {}
        self.new: dict[str, tuple[Asked, list[Taken], int]] = {}
        self.found: list[str | AppError] = []
        self.fallen: list[tuple[Asked, int]] = []

    def take(self, wallets: Mapping[UUID, Sequence[Lot]], known: Iterable[Sequence[Any]]) -> None:
        """Take from these lots, unless the key is known: columns as in `queries.SPEND`."""
        for key, told, *rest in known:
            self.told[key] = told
            self.spent[key] = Spent(*rest)
        for owner, lots in wallets.items():
            self.seen += [
                {"id": one.id, "account_id": owner, "remaining": one.remaining, "value": one.value}
                for one in lots
            ]
        ordered = {owner: rules.in_order(lots) for owner, lots in wallets.items()}
        self.found = [self._taken(one, ordered[one.account_id]) for one in self.asked]

    def outcomes(self) -> list[Outcome]:
        return [self.spent[one] if isinstance(one, str) else one for one in self.found]

    def _taken(self, one: Asked, lots: Sequence[Lot]) -> str | AppError:
        """Return the key under which `spent` has it in the end, or why it is refused."""
        key = one.whole_key
        if key in self.told:
            return key if self.told[key] == one.told else SpendKeyReused()
        before = sum(lot.remaining for lot in lots)
        try:
            taken = rules.take(lots, one.amount)
        except NotEnoughCoins as error:
            return error
        self.told[key] = one.told
        self.new[key] = (one, taken, before - one.amount)
        if rules.has_fallen(before, before - one.amount, self.terms.low):
            self.fallen.append((one, before - one.amount))
        return key

    async def write(self, writing: Writing) -> None:
        if not self.new:
            return
        journals, ids = ledger.written([self._journal(*one[:2]) for one in self.new.values()])
        uses = []
        for made, (key, (one, taken, balance)) in zip(ids, self.new.items(), strict=True):
            uses += [(made, each) for each in taken]
            self.spent[key] = self._spent(made, one, taken, balance)
        rows = [self._row(key) for key in self.new]
        await queries.write_spends(writing, self.seen, journals, uses, rows)

    async def warn(self, session: AsyncSession) -> None:
        for one, left in self.fallen:
            values = {"coins": left, "link": f"{self.terms.home}/account/wallet"}
            await notify(session, "coins.low", one.account_id, values)

    def _journal(self, one: Asked, taken: list[Taken]) -> NewJournal:
        return journal(
            f"spend:{one.whole_key}",
            rules.SPENT,
            rules.spent_legs(one.account_id, taken, one.what, self.terms.tax_percent),
            source=one.subject.replace(":", "/", 1),
            description=one.title,
            details={"account_id": str(one.account_id)},
        )

    def _spent(self, journal_id: UUID, one: Asked, taken: list[Taken], balance: int) -> Spent:
        granted = sum(each.amount for each in taken if each.kind == CoinKind.granted)
        return Spent(
            journal_id, one.account_id, one.amount, granted, balance, one.subject, one.title,
            self.at,
        )  # fmt: skip

    def _row(self, key: str) -> dict[str, object]:
        spent, one = self.spent[key], self.new[key][0]
        return {
            "id": spent.id,
            "key": key,
            "asked": one.told,
            "account_id": spent.account_id,
            "amount": spent.amount,
            "granted_amount": spent.granted_amount,
            "balance": spent.balance,
            "subject": spent.subject,
            "title": spent.title,
            "created_at": spent.created_at,
        }
