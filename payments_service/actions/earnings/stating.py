"""Statements of whole months; and reckoning everything again, to see that it is the same."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.earnings import Statement as Shown
from kit.contracts.payments.earnings import Statements
from kit.contracts.payments.errors import StatementNotFound
from kit.db import find, new_id
from kit.events import notify
from kit.i18n import Language
from kit.pages import encode_cursor
from payments_service.actions.orders.seeing import account_of, is_staff
from payments_service.actions.tools import Tools
from payments_service.models.earnings import EarningKind, Statement
from payments_service.models.findings import FindingKind
from payments_service.queries import earnings, findings
from payments_service.queries import statements as queries
from payments_service.rules import earnings as rules
from payments_service.rules.cursors import before
from payments_service.rules.invariants import Found
from payments_service.rules.shares import Part

FRENCH = Language("fr")
MOST_NOTED = 100


@dataclass(frozen=True, slots=True)
class Replay:
    """How much was reckoned again, and how much came out otherwise."""

    events: int
    earnings: int
    statements: int
    differences: tuple[str, ...]


async def state_months(session: AsyncSession, tools: Tools) -> int:
    """Make the statements of all whole months that are not made yet; return how many."""
    first = await queries.first_day(session)
    if first is None:
        return 0
    count, month, last = 0, rules.month_of(first), rules.last_stated_month(now())
    while month <= last:
        count += await _state(session, tools, month)
        month = rules.next_month(month)
    return count


async def _state(session: AsyncSession, tools: Tools, month: date) -> int:
    done = await queries.stated(session, month)
    count = 0
    for maker in await queries.makers_with_earnings(session, rules.next_month(month)):
        if (maker.account_id, maker.currency) in done:
            continue
        values = await reckoned(session, maker.account_id, maker.currency, month)
        await queries.add(session, {"id": new_id(), "made_at": now(), **values})
        amount = FRENCH.money(values["closing_amount"], maker.currency)
        told = {"amount": amount, "on": month.isoformat(), "link": f"{tools.home}/account/earnings"}
        await notify(session, "money.statement", maker.account_id, told)
        count += 1
    return count


async def reckoned(
    session: AsyncSession, account_id: UUID, currency: str, month: date
) -> dict[str, Any]:
    """Return all that stands on a maker's statement of a month."""
    until = rules.next_month(month)
    begins, ends = (datetime.combine(day, time(), UTC) for day in (month, until))
    lines = await queries.by_film(session, account_id, currency, month, until)
    titles = await earnings.titles(session, [line.film_id for line in lines])
    earned = await queries.earned_before(session, account_id, currency, month)
    paid_before, back_before = await queries.paid_out(session, account_id, currency, None, begins)
    paid, back = await queries.paid_out(session, account_id, currency, begins, ends)
    opening = earned - paid_before + back_before
    views, sales = sum(one.views_amount for one in lines), sum(one.sales_amount for one in lines)
    return {
        "account_id": account_id,
        "month": month,
        "currency": currency,
        "opening_amount": opening,
        "views_count": sum(one.views_count for one in lines),
        "views_amount": views,
        "sales_count": sum(one.sales_count for one in lines),
        "sales_amount": sales,
        "paid_amount": paid,
        "returned_amount": back,
        "closing_amount": opening + views + sales - paid + back,
        "lines": [
            {
                **line._asdict(),
                "film_id": str(line.film_id),
                "film_title": titles.get(line.film_id, ""),
            }
            for line in lines
        ],
    }


async def statement(session: AsyncSession, caller: Caller, statement_id: UUID) -> Statement:
    """Return a statement to whose it is, and to `money:read`; raise StatementNotFound."""
    row = await find(session, Statement, statement_id, StatementNotFound)
    if row.account_id != account_of(caller) and not is_staff(caller, "money:read"):
        raise StatementNotFound
    return row


async def statements(
    session: AsyncSession, account_id: UUID | None, cursor: str | None, limit: int
) -> Statements:
    rows = await queries.statements(session, account_id, before(cursor), limit + 1)
    items = [Shown.model_validate(row) for row in rows[:limit]]
    more = len(rows) > limit
    return Statements(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)


async def replay(session: AsyncSession) -> Replay:
    """Reckon every event and every statement again from what is written down; change nothing."""
    differences: list[str] = []
    events = earned = 0
    for film_id in await earnings.films_of(session):
        one, other = await _replay_film(session, film_id, differences)
        events, earned = events + one, earned + other
    count = await _replay_statements(session, differences)
    return Replay(events, earned, count, tuple(differences))


async def check(session: AsyncSession) -> Replay:
    """Reckon everything again and note what comes out otherwise."""
    replayed = await replay(session)
    found = [
        Found(FindingKind.earnings, subject, {}) for subject in replayed.differences[:MOST_NOTED]
    ]
    await findings.note(session, {FindingKind.earnings}, found, now())
    return replayed


async def _replay_film(
    session: AsyncSession, film_id: UUID, differences: list[str]
) -> tuple[int, int]:
    accruals = await earnings.accruals(session, film_id)
    kept = {
        (row.accrual_id, row.account_id): row
        for row in await earnings.earnings_of(session, [one.id for one in accruals])
    }
    views = await earnings.views_of(session, film_id)
    for accrual in accruals:
        if accrual.kind == EarningKind.views and views.get(accrual.day, 0) != accrual.quantity:
            differences.append(f"{accrual.key}: {views.get(accrual.day, 0)} views are there")
        parts = [Part.of(told) for told in accrual.terms]
        event = rules.Event(
            accrual.key, accrual.kind, film_id, accrual.day, accrual.quantity, accrual.amount,
            accrual.currency,
        )  # fmt: skip
        carry = {UUID(told["account_id"]): int(told["carry"]) for told in accrual.terms}
        given = rules.earned(event, parts, carry)
        for account_id, one in given.items():
            row = kept.get((accrual.id, account_id))
            if row is None or (row.due, row.amount - row.forgiven_amount) != (one.due, one.amount):
                differences.append(f"{accrual.key}: {account_id}")
    return len(accruals), len(kept)


async def _replay_statements(session: AsyncSession, differences: list[str]) -> int:
    count, last = 0, None
    while rows := await queries.statements(session, None, last, 500):
        for row in rows:
            again = await reckoned(session, row.account_id, row.currency, row.month)
            if any(getattr(row, name) != again[name] for name in _SUMS):
                differences.append(f"statement {row.id}")
            count += 1
        last = rows[-1].id
    return count


_SUMS = (
    "opening_amount", "views_count", "views_amount", "sales_count", "sales_amount", "paid_amount",
    "returned_amount", "closing_amount",
)  # fmt: skip
