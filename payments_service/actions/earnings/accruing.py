"""Earnings from what happened: counted views of whole days, sales, and sales taken back.

Each event is a transaction of its own, under a lock of its film, and is earned from once.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.errors import Insufficient
from kit.db import new_id
from payments_service.actions.earnings.sharing import parts_of
from payments_service.actions.tools import Tools
from payments_service.models.earnings import Accrual, Earning, EarningKind, MakerShare
from payments_service.queries import earnings, ledger
from payments_service.rules import earnings as rules
from payments_service.rules.accounts import expense, maker
from payments_service.rules.earnings import Event
from payments_service.rules.journals import Leg, journal
from payments_service.rules.shares import Given, split_evenly

AT_ONCE = 500
LONGEST = timedelta(days=400)  # makers who are named late earn from that long ago
logger = logging.getLogger(__name__)


async def accrue(tools: Tools, back: timedelta = LONGEST) -> int:
    """Let makers earn from what they have not earned from yet; return from how many events."""
    count, since = 0, now() - back
    for find in (_views, _sales, _returns):
        while events := await find(tools, since):
            done = sum([await _earn_alone(tools, event) for event in events])
            count += done
            if not done:
                break
    return count


async def earn(session: AsyncSession, tools: Tools, event: Event) -> bool:
    """Let a film's makers earn from an event, once; return whether they did now."""
    await earnings.lock_film(session, event.film_id)
    rows = await earnings.makers(session, event.film_id)
    if not rows or await earnings.is_accrued(session, event.key):
        return False
    parts = await parts_of(session, tools, event.film_id, rows)
    carry = {row.account_id: row.carry.get(event.currency, 0) for row in rows}
    given = rules.earned(event, parts, carry)
    forgiven = await _forgiven(session, event, given)
    at = now()
    accrual = Accrual(
        id=new_id(),
        key=event.key,
        kind=EarningKind(event.kind),
        film_id=event.film_id,
        day=event.day,
        quantity=event.quantity,
        amount=event.amount,
        currency=event.currency,
        earned_amount=rules.total_of(given.values()) + sum(forgiven.values()),
        terms=[{**part.told(), "carry": carry[part.account_id]} for part in parts],
        journal_id=event.journal_id,
        accrued_at=at,
    )
    session.add(accrual)
    await session.flush()
    _write(session, tools, event, accrual, given, forgiven, at)
    _carry(rows, event.currency, given)
    await _post(session, event, given, forgiven)
    return True


async def _earn_alone(tools: Tools, event: Event) -> bool:
    try:
        async with tools.database.sessions.begin() as session:
            return await earn(session, tools, event)
    except (
        Insufficient
    ):  # a payout was asked for in this moment: the next run forgives what it took
        logger.warning("not taken back yet: %s", event.key)
        return False


async def _views(tools: Tools, since: datetime) -> list[Event]:
    async with tools.database.reads() as session:
        until, currency = rules.last_whole_day(now()), tools.settings.currency
        return await earnings.viewed(session, since.date(), until, AT_ONCE, currency)


async def _sales(tools: Tools, since: datetime) -> list[Event]:
    async with tools.database.reads() as session:
        found = await earnings.sold(session, since, AT_ONCE)
    return [
        _sale(journal_id, at, currency, film_id, amount, 1)
        for journal_id, at, currency, whole, films in found
        for film_id, amount in split_evenly(whole, films).items()
    ]


async def _returns(tools: Tools, since: datetime) -> list[Event]:
    async with tools.database.reads() as session:
        found = await earnings.taken_back(session, since, AT_ONCE)
    return [
        _sale(journal_id, at, currency, film_id, -rules.prorated(part, amount, whole), -1)
        for journal_id, at, currency, amount, film_id, part, whole in found
    ]


def _sale(
    journal_id: UUID, at: datetime, currency: str, film_id: UUID, amount: int, quantity: int
) -> Event:
    key = f"sale:{journal_id}:{film_id}"
    return Event(key, EarningKind.sale, film_id, at.date(), quantity, amount, currency, journal_id)


async def _forgiven(
    session: AsyncSession, event: Event, given: dict[UUID, Given]
) -> dict[UUID, int]:
    """Return what makers do not have to give back: they were paid it, so the house bears it.

    Below zero: what of a sale that stands again the house had borne; the makers have it.
    """
    found = {}
    borne = await earnings.forgiven(session, event) if event.amount > 0 else {}
    for account_id, one in given.items():
        if before := min(borne.get(account_id, 0), one.amount):
            found[account_id] = -before
        if one.amount < 0:
            code = maker(account_id, event.currency).code
            there = max(0, await ledger.available(session, code))
            found[account_id] = max(0, -one.amount - there)
    return found


def _write(
    session: AsyncSession,
    tools: Tools,
    event: Event,
    accrual: Accrual,
    given: dict[UUID, Given],
    forgiven: dict[UUID, int],
    at: datetime,
) -> None:
    for account_id, one in given.items():
        kept = forgiven.get(account_id, 0)
        session.add(
            Earning(
                accrual_id=accrual.id,
                account_id=account_id,
                film_id=event.film_id,
                day=rules.counts_on(event.day, at),
                kind=EarningKind(event.kind),
                quantity=event.quantity,
                due=one.due,
                amount=one.amount + kept,
                forgiven_amount=kept,
                currency=event.currency,
                matures_at=rules.matures_at(event.day, tools.settings.earning_hold_days),
            )
        )


def _carry(rows: Sequence[MakerShare], currency: str, given: dict[UUID, Given]) -> None:
    for row in rows:
        row.carry = {**row.carry, currency: given[row.account_id].carry}


async def _post(
    session: AsyncSession, event: Event, given: dict[UUID, Given], forgiven: dict[UUID, int]
) -> None:
    legs: list[Leg] = []
    for account_id, one in given.items():
        amount = one.amount + forgiven.get(account_id, 0)
        legs += [(expense("makers", event.currency), amount)]
        legs += [(maker(account_id, event.currency), -amount)]
    if not any(amount for _, amount in legs):
        return
    made = journal(
        f"earned:{event.key}",
        "earning",
        legs,
        source=f"film/{event.film_id}",
        description=f"{event.kind} {event.day}",
        details={"film_id": str(event.film_id), "quantity": event.quantity},
    )
    await ledger.post(session, made)
