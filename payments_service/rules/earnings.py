"""When earnings count, and when they can be paid. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from uuid import UUID

from payments_service.rules.shares import Given, Part, sale_due, split, views_due

SETTLES_AFTER = timedelta(hours=1)  # a day's last views are written by then
STATED_AFTER = timedelta(days=2)  # and a month's last sales accrued


@dataclass(frozen=True, slots=True)
class Event:
    """What makers earn from: `quantity` views of a day, or a sale of `amount`."""

    key: str
    kind: str
    film_id: UUID
    day: date
    quantity: int
    amount: int
    currency: str
    journal_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class House:
    """The house's terms."""

    per_view: int
    """In millionths of a minor unit."""
    sale_per_mille: int


def house_terms(view_amount: str, sale_share_percent: str) -> House:
    """Return the terms that settings say; raise ValueError for what is no amount or percentage."""
    try:
        per_view = Decimal(view_amount) * 1_000_000
        per_mille = Decimal(sale_share_percent) * 10
    except InvalidOperation as error:
        raise ValueError(
            "PAYMENTS_VIEW_AMOUNT and PAYMENTS_SALE_SHARE_PERCENT are numbers"
        ) from error
    if not (0 <= per_view <= 10**9 and 0 <= per_mille <= 1000):
        raise ValueError("a view earns 0 to 1000, and makers have 0 to 100 percent of a sale")
    return House(int(per_view), int(per_mille))


def earned(event: Event, parts: list[Part], carry: Mapping[UUID, int]) -> dict[UUID, Given]:
    """Return what each maker gets of an event."""
    if event.kind == "views":
        return split(views_due(parts, event.quantity), carry)
    return split(sale_due(parts, event.amount), carry)


def last_whole_day(at: datetime) -> date:
    """Return the last day whose views are all there."""
    return (at - SETTLES_AFTER).date() - timedelta(days=1)


def month_of(day: date) -> date:
    return day.replace(day=1)


def next_month(month: date) -> date:
    return (month.replace(day=28) + timedelta(days=4)).replace(day=1)


def stated_at(month: date) -> datetime:
    """Return when a month's statements are made."""
    return datetime.combine(next_month(month), time(), UTC) + STATED_AFTER


def counts_on(day: date, at: datetime) -> date:
    """Return the day an event counts for: its own, or today once its month is being stated."""
    return day if at < stated_at(month_of(day)) else at.date()


def matures_at(day: date, hold_days: int) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(days=1 + hold_days)


def last_stated_month(at: datetime) -> date:
    """Return the last month to be stated: an hour late, so that nothing slips between."""
    month = month_of(at.date())
    while stated_at(month) + SETTLES_AFTER > at:
        month = month_of(month - timedelta(days=1))
    return month


def prorated(whole: int, part: int, total: int) -> int:
    """Return `whole` × part ÷ total without its fraction, whatever the signs."""
    exact = abs(whole) * abs(part) // abs(total)
    return exact if (whole < 0) == (part < 0) else -exact


def total_of(given: Iterable[Given]) -> int:
    return sum(one.amount for one in given)
