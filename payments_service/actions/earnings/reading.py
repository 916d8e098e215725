"""What somebody has earned until now."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments import earnings as wire
from payments_service.actions.tools import Tools
from payments_service.queries import earnings, ledger, payouts
from payments_service.queries import statements as queries
from payments_service.rules.accounts import maker

DAYS = 30


async def earned(session: AsyncSession, tools: Tools, account_id: UUID) -> wire.Earnings:
    settings, at = tools.settings, now()
    currency, today = settings.currency, at.date()
    first = today - timedelta(days=DAYS - 1)
    code = maker(account_id, currency).code
    balance = -(await ledger.balance(session, code))
    there = await ledger.available(session, code)
    maturing = await queries.maturing(session, account_id, currency, at)
    films = await queries.by_film(session, account_id, currency, first, today + timedelta(days=1))
    titles = await earnings.titles(session, [one.film_id for one in films])
    days = await queries.by_day(session, account_id, currency, first)
    return wire.Earnings(
        account_id=account_id,
        currency=currency,
        balance_amount=balance,
        maturing_amount=min(maturing, max(0, there)),
        available_amount=max(0, there - maturing),
        moving_amount=await payouts.moving(session, account_id, currency),
        paid_amount=await queries.succeeded(session, account_id, currency),
        minimum_amount=settings.payout_minimum,
        hold_days=settings.earning_hold_days,
        films=[
            wire.FilmEarning(**one._asdict(), film_title=titles.get(one.film_id, ""))
            for one in films
        ],
        days=[
            wire.DayEarning(day=day, views_count=0, amount=0)
            if day not in days
            else wire.DayEarning(**days[day]._asdict())
            for day in (first + timedelta(days=count) for count in range(DAYS))
        ],
    )


async def available(session: AsyncSession, tools: Tools, account_id: UUID) -> int:
    """Return what somebody can ask to be paid now."""
    currency = tools.settings.currency
    there = await ledger.available(session, maker(account_id, currency).code)
    return max(0, there - await queries.maturing(session, account_id, currency, now()))


async def makers(session: AsyncSession) -> wire.MakerEarnings:
    items = [
        wire.MakerEarning(
            **one._asdict(),
            balance_amount=-(
                await ledger.balance(session, maker(one.account_id, one.currency).code)
            ),
        )
        for one in await queries.makers_with_earnings(session)
    ]
    return wire.MakerEarnings(items=items)
