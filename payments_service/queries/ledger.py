"""Posting to the ledger, and reading it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from kit.clock import now
from kit.contracts.payments.errors import (
    HoldExpired,
    HoldNotFound,
    HoldResolved,
    Insufficient,
    JournalKeyReused,
    JournalNotFound,
    JournalReversed,
)
from kit.db import new_id
from payments_service.models.ledger import Account, Guard, Journal, Kind, Posting
from payments_service.queries.quick import Writing, fetch
from payments_service.rules import accounts
from payments_service.rules.journals import Leg, NewJournal, journal, reversed_legs

POST = "SELECT * FROM post_journals($1::jsonb) ORDER BY place"
REFUSALS = {
    "insufficient": Insufficient,
    "key_reused": JournalKeyReused,
    "resolved": HoldResolved,
    "reversed": JournalReversed,
    "expired": HoldExpired,
    "no_hold": HoldNotFound,
    "no_journal": JournalNotFound,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one journal: `posted`, `replayed` (it was there already), or refused.

    A refusal is `insufficient` (of `account`), or another of REFUSALS.
    """

    place: int
    outcome: str
    journal_id: UUID | None
    account: str | None

    @property
    def is_done(self) -> bool:
        return self.outcome in {"posted", "replayed"}


async def post_many(writing: Writing, journals: Sequence[NewJournal]) -> list[Outcome]:
    """Post journals in one statement, each whole or not at all; return what became of each."""
    return [Outcome(*row) for row in await fetch(writing, POST, written(journals)[0])]


def written(journals: Sequence[NewJournal]) -> tuple[str, list[UUID]]:
    """Return journals as `post_journals` takes them, and the ids they get if they are new."""
    at, ids = now(), [new_id() for _ in journals]
    asked = [_written(one, made, at) for one, made in zip(journals, ids, strict=True)]
    return orjson.dumps(asked, default=str).decode(), ids


async def post(session: AsyncSession, journal: NewJournal) -> UUID:
    """Post one journal and return its id; raise Insufficient, or another of REFUSALS."""
    return (await post_one(session, journal))[0]


async def post_one(session: AsyncSession, journal: NewJournal) -> tuple[UUID, bool]:
    """Post one journal; return its id, and whether it is new. Raises as `post` does."""
    (found,) = await post_many(session, [journal])
    if found.journal_id is None or not found.is_done:
        raise REFUSALS[found.outcome](account=found.account)
    return found.journal_id, found.outcome == "posted"


async def id_of_key(session: AsyncSession, key: str) -> UUID | None:
    """Return the journal that was posted under a key."""
    return await session.scalar(select(Journal.id).where(Journal.key == key))


async def unreversed(session: AsyncSession, source: str, kind: str) -> list[tuple[UUID, str]]:
    """Return the journals of a kind from somewhere that nobody has reversed, with their keys."""
    reversal = aliased(Journal)
    is_reversed = exists().where(reversal.reverses_id == Journal.id)
    asked = select(Journal.id, Journal.key).where(Journal.source == source, Journal.kind == kind)
    rows = await session.execute(asked.where(~is_reversed).order_by(Journal.at, Journal.id))
    return [(row.id, row.key) for row in rows]


async def reverse(session: AsyncSession, journal_id: UUID, kind: str = "reversal") -> UUID:
    """Post the opposite of a journal, once; raise JournalReversed where another did."""
    found = await session.get_one(Journal, journal_id)
    undone = reversed_legs(await legs(session, journal_id))
    key = f"{found.key}:reversed"
    return await post(
        session, journal(key, kind, undone, source=found.source, reverses_id=journal_id)
    )


async def balance(session: AsyncSession, code: str) -> int:
    """Return what is posted on an account, debits positive; 0 when it has never been used."""
    found = await session.scalar(select(Account.posted).where(Account.code == code))
    return found or 0


async def available(session: AsyncSession, code: str) -> int:
    """Return what a liability still has to give: its credit, without what holds keep back."""
    row = (
        await session.execute(
            select(Account.posted, Account.held_debit).where(Account.code == code)
        )
    ).one_or_none()
    return -(row[0] + row[1]) if row else 0


async def at_providers(session: AsyncSession, name: str = "") -> dict[tuple[str, str], int]:
    """Return what providers hold for us by our books, by name and currency: all, or one."""
    start = f"{accounts.AT_PROVIDER}{name}:" if name else accounts.AT_PROVIDER
    wanted = select(Account.code, Account.currency, Account.posted)
    rows = await session.execute(wanted.where(Account.code.startswith(start, autoescape=True)))
    return {(accounts.provider_of(code), currency): posted for code, currency, posted in rows}


async def legs(session: AsyncSession, journal_id: UUID) -> list[Leg]:
    """Return what a journal has posted, as another journal takes it."""
    wanted = (
        select(Account.code, Account.kind, Account.currency, Account.guard, Posting.amount)
        .join(Posting, Posting.account_id == Account.id)
        .where(Posting.journal_id == journal_id)
        .order_by(Posting.id)
    )
    rows = await session.execute(wanted)
    return [
        (accounts.Account(code, Kind(kind), currency, Guard(guard)), amount)
        for code, kind, currency, guard, amount in rows
    ]


def _written(one: NewJournal, made: UUID, at: datetime) -> dict[str, object]:
    return {
        "id": made,
        "key": one.key,
        "input_hash": one.input_hash,
        "phase": one.phase,
        "kind": one.kind,
        "at": at,
        "source": one.source,
        "description": one.description,
        "details": dict(one.details),
        "reverses_id": one.reverses_id,
        "resolves_id": one.resolves_id,
        "expires_at": one.expires_at,
        "legs": [
            (account.code, account.kind, account.currency, account.guard, amount)
            for account, amount in one.legs
        ],
    }
