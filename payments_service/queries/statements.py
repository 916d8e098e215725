"""What one maker earned and was paid: sums by film, day and month; statements."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.payouts import PayoutState
from payments_service.models.earnings import Earning, EarningKind, Statement
from payments_service.models.payouts import Payout
from payments_service.queries.earnings import of_maker

VIEWS, SALES = Earning.kind == EarningKind.views, Earning.kind == EarningKind.sale


class FilmSum(NamedTuple):
    film_id: UUID
    views_count: int
    views_amount: int
    sales_count: int
    sales_amount: int


class DaySum(NamedTuple):
    day: date
    views_count: int
    amount: int


class MakerSum(NamedTuple):
    account_id: UUID
    currency: str
    films_count: int
    earned_amount: int


async def by_film(
    session: AsyncSession, account_id: UUID, currency: str, first: date, until: date
) -> list[FilmSum]:
    """Return sums by film of the days from `first` to before `until`, best first."""
    views_amount, sales_amount = _sum(Earning.amount, VIEWS), _sum(Earning.amount, SALES)
    asked = (
        select(
            Earning.film_id,
            _sum(Earning.quantity, VIEWS),
            views_amount,
            _sum(Earning.quantity, SALES),
            sales_amount,
        )
        .where(*of_maker(account_id, currency), Earning.day >= first, Earning.day < until)
        .group_by(Earning.film_id)
        .order_by((views_amount + sales_amount).desc(), Earning.film_id)
    )
    return [FilmSum(film, *map(int, rest)) for film, *rest in await session.execute(asked)]


async def by_day(
    session: AsyncSession, account_id: UUID, currency: str, first: date
) -> dict[date, DaySum]:
    asked = (
        select(Earning.day, _sum(Earning.quantity, VIEWS), func.sum(Earning.amount))
        .where(*of_maker(account_id, currency), Earning.day >= first)
        .group_by(Earning.day)
    )
    return {
        day: DaySum(day, int(views), int(amount))
        for day, views, amount in await session.execute(asked)
    }


async def earned_before(session: AsyncSession, account_id: UUID, currency: str, until: date) -> int:
    asked = select(func.coalesce(func.sum(Earning.amount), 0))
    found = asked.where(*of_maker(account_id, currency), Earning.day < until)
    return int((await session.execute(found)).scalar_one())


async def maturing(session: AsyncSession, account_id: UUID, currency: str, at: datetime) -> int:
    """Return what was earned too lately to be paid."""
    asked = select(func.coalesce(func.sum(Earning.amount), 0))
    found = asked.where(*of_maker(account_id, currency), Earning.matures_at > at)
    return max(0, int((await session.execute(found)).scalar_one()))


async def paid_out(
    session: AsyncSession,
    account_id: UUID,
    currency: str,
    first: datetime | None,
    until: datetime,
) -> tuple[int, int]:
    """Return what left a maker's account in that time, and what came back of payouts."""
    of = [Payout.account_id == account_id, Payout.currency == currency]
    left = select(func.coalesce(func.sum(Payout.amount), 0)).where(*of, Payout.approved_at < until)
    back = select(func.coalesce(func.sum(Payout.amount), 0)).where(
        *of,
        Payout.approved_at.is_not(None),
        Payout.state == PayoutState.failed,
        Payout.settled_at < until,
    )
    if first is not None:
        left = left.where(Payout.approved_at >= first)
        back = back.where(Payout.settled_at >= first)
    return int((await session.execute(left)).scalar_one()), int(
        (await session.execute(back)).scalar_one()
    )


async def succeeded(session: AsyncSession, account_id: UUID, currency: str) -> int:
    asked = select(func.coalesce(func.sum(Payout.amount), 0)).where(
        Payout.account_id == account_id,
        Payout.currency == currency,
        Payout.state == PayoutState.succeeded,
    )
    return int((await session.execute(asked)).scalar_one())


async def makers_with_earnings(
    session: AsyncSession, until: date | None = None
) -> Sequence[MakerSum]:
    """Return everybody who has earned something, most first."""
    total = func.sum(Earning.amount)
    asked = (
        select(
            Earning.account_id,
            Earning.currency,
            func.count(Earning.film_id.distinct()),
            total,
        )
        .group_by(Earning.account_id, Earning.currency)
        .order_by(total.desc(), Earning.account_id)
    )
    if until is not None:
        asked = asked.where(Earning.day < until)
    return [
        MakerSum(account, currency, int(films), int(amount))
        for account, currency, films, amount in await session.execute(asked)
    ]


async def first_day(session: AsyncSession) -> date | None:
    return await session.scalar(select(func.min(Earning.day)))


async def stated(session: AsyncSession, month: date) -> set[tuple[UUID, str]]:
    """Return whose month is stated already, in which currency."""
    asked = select(Statement.account_id, Statement.currency).where(Statement.month == month)
    return {(account, currency) for account, currency in await session.execute(asked)}


async def add(session: AsyncSession, values: dict[str, object]) -> None:
    """Write a statement, unless somebody else just has."""
    await session.execute(insert(Statement).values(values).on_conflict_do_nothing())


async def statements(
    session: AsyncSession, account_id: UUID | None, before: UUID | None, limit: int
) -> Sequence[Statement]:
    asked = select(Statement).order_by(Statement.id.desc()).limit(limit)
    if account_id is not None:
        asked = asked.where(Statement.account_id == account_id)
    if before is not None:
        asked = asked.where(Statement.id < before)
    return (await session.scalars(asked)).all()


def _sum(column: object, only: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(column).filter(only), 0)
