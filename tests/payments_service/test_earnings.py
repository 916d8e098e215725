"""Earnings: views counted once, sales shared and taken back, months stated, all of it replayed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from kit.auth import Role
from kit.clock import now
from kit.contracts.payments.earnings import MakersChange, Share, TermsChange, ViewNew
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.errors import (
    FilmWithoutMakers,
    StatementNotFound,
    TermsNotFound,
    WrongShares,
)
from kit.contracts.payments.orders import Order
from kit.contracts.payments.refunds import RefundNew
from kit.errors import Forbidden, Unauthenticated
from payments_service.actions.earnings import accruing, stating
from payments_service.models.coins import CoinSpend
from payments_service.models.earnings import View
from payments_service.models.shop import Grant
from payments_service.queries import ledger
from payments_service.rules import earnings as rules
from payments_service.rules.accounts import at_provider, coins_owed, expense, income, maker
from payments_service.rules.journals import journal, reversed_legs
from tests.cast import ALICE, BOB, CHARLIE, DANA
from tests.conftest import Start
from tests.factories.payments import as_person, as_service, as_stranger
from tests.factories.selling import PRICE, a_key
from tests.payments_service.books import balance, refused
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import a_film, bought, dana, ended, granted
from tests.payments_service.paying import Shop, a_shop

YESTERDAY = rules.last_whole_day(now())  # for an hour after midnight, the day before it


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start) as found:
        yield found


def admin(shop: Shop) -> EarningsClient:
    return as_person(shop.app, EarningsClient, DANA, "admin")


async def seen(shop: Shop, film_id: UUID, count: int, day: date = YESTERDAY) -> None:
    """Let so many have watched a film on a day."""
    async with shop.app.state.database.sessions.begin() as session:
        session.add_all(View(day=day, film_id=film_id, viewer=uuid4().hex) for _ in range(count))


async def sold(shop: Shop, *films: UUID) -> Order:
    order = await bought(shop)
    await granted(shop.app, order.id, *films)
    return order


async def earned(shop: Shop, account_id: UUID) -> int:
    return -await balance(shop.app.state.database, maker(account_id, "XOF"))


async def replayed(shop: Shop) -> stating.Replay:
    async with shop.app.state.database.reads() as session:
        return await stating.replay(session)


async def test_a_view_counts_once_a_day_and_not_a_makers_own(shop: Shop) -> None:
    film_id, people = await a_film(shop.app, awa=1000)
    portal = as_service(shop.app, EarningsClient)
    new = ViewNew(film_id=film_id, viewer=str(ALICE))
    counted = await asyncio.gather(*(portal.count_view(new) for _ in range(5)))
    assert sorted(one.is_counted for one in counted) == [False] * 4 + [True]
    assert (await portal.count_view(ViewNew(film_id=uuid4(), viewer=str(ALICE)))).is_counted
    own = ViewNew(film_id=film_id, viewer=str(people["awa"]))
    assert not (await portal.count_view(own)).is_counted
    with pytest.raises(Forbidden):
        await as_person(shop.app, EarningsClient, ALICE).count_view(new)
    with pytest.raises((Forbidden, Unauthenticated)):
        await as_stranger(shop.app, EarningsClient).count_view(new)
    stored = "SELECT day FROM view WHERE viewer LIKE '%' || CAST(:who AS text) || '%'"
    async with shop.app.state.database.reads() as session:
        assert not (await session.execute(text(stored), {"who": str(ALICE)})).all()


async def test_views_of_whole_days_are_earned_from_once_by_many_workers(shop: Shop) -> None:
    film_id, people = await a_film(shop.app, awa=700, kofi=300)
    await seen(shop, film_id, 10)
    await seen(shop, film_id, 3, now().date())
    tools = shop.app.state.tools
    await asyncio.gather(*(accruing.accrue(tools) for _ in range(4)))  # and the job of its own
    assert await accruing.accrue(tools) == 0
    assert [await earned(shop, people[name]) for name in ("awa", "kofi")] == [7, 3]
    assert await balance(shop.app.state.database, expense("makers", "XOF")) == 10
    mine = await as_person(shop.app, EarningsClient, people["awa"]).my_earnings()
    assert (mine.balance_amount, mine.maturing_amount, mine.available_amount) == (7, 7, 0)
    assert (mine.films[0].views_count, mine.films[0].film_title) == (10, "Sira")
    assert [(one.day, one.amount) for one in mine.days if one.amount] == [(YESTERDAY, 7)]
    assert len(mine.days) == 30


async def test_a_sale_is_shared_and_a_refund_takes_the_share_back(shop: Shop) -> None:
    film_id, people = await a_film(shop.app, awa=600, kofi=400)
    order = await sold(shop, film_id)
    tools = shop.app.state.tools
    await accruing.accrue(tools)
    assert [await earned(shop, people[name]) for name in ("awa", "kofi")] == [450, 300]
    refund = await dana(shop).refund(order.id, RefundNew(amount=500), a_key())
    await ended(shop, refund.id)
    await accruing.accrue(tools)
    assert [await earned(shop, people[name]) for name in ("awa", "kofi")] == [300, 200]
    await _paid_out(shop, people["awa"], 250)
    refund = await dana(shop).refund(order.id, RefundNew(), a_key())
    await ended(shop, refund.id)
    await accruing.accrue(tools)
    # Awa was paid 250 of 300: she gives back what is there, the house bears the rest.
    assert [await earned(shop, people[name]) for name in ("awa", "kofi")] == [0, 0]
    found = await replayed(shop)
    assert (found.events, found.earnings, found.differences) == (3, 6, ())


async def test_a_film_unlocked_with_coins_earns_what_they_were_worth(shop: Shop) -> None:
    film_id, people = await a_film(shop.app, awa=1000)
    worth = [(coins_owed("XOF"), 300), (income("films", "XOF"), -300)]
    came = [(at_provider("plain", "XOF"), 900), (coins_owed("XOF"), -900)]
    tools = shop.app.state.tools
    async with shop.app.state.database.sessions.begin() as session:
        await ledger.post(session, journal("coins", "payment", came))
        spend_id = await ledger.post(session, journal("spend", "coins_spent", worth))
        session.add(
            CoinSpend(id=spend_id, key="spend", asked="", account_id=ALICE, amount=30, title="Sira",
                      granted_amount=0, balance=0, subject=f"film:{film_id}", created_at=now())
        )  # fmt: skip
        await session.flush()
        session.add(
            Grant(key="spend", account_id=ALICE, film_id=film_id, title="Sira", kind="own",
                  spend_id=spend_id, created_at=now())
        )  # fmt: skip
    await accruing.accrue(tools)
    assert await earned(shop, people["awa"]) == 150
    back = journal("back", "coins_refunded", reversed_legs(worth), reverses_id=spend_id)
    async with shop.app.state.database.sessions.begin() as session:
        await ledger.post(session, back)
    await accruing.accrue(tools)
    assert await earned(shop, people["awa"]) == 0
    assert (await replayed(shop)).differences == ()


async def test_films_sold_together_share_evenly_also_when_named_late(shop: Shop) -> None:
    (one, awa), (two, kofi) = await a_film(shop.app, a=1000), await a_film(shop.app, k=1000)
    unnamed = uuid4()
    await sold(shop, one, two, unnamed)
    tools = shop.app.state.tools
    await accruing.accrue(tools)
    assert await earned(shop, awa["a"]) == await earned(shop, kofi["k"]) == PRICE // 6
    change = MakersChange(shares=[Share(account_id=CHARLIE, per_mille=1000)])
    await admin(shop).set_makers(unnamed, change)
    await accruing.accrue(tools)
    assert await earned(shop, CHARLIE) == PRICE // 6
    assert await accruing.accrue(tools) == 0


async def test_terms_of_a_film_come_before_a_makers_and_the_houses(shop: Shop) -> None:
    film_id, people = await a_film(shop.app, awa=500, kofi=500)
    staff = admin(shop)
    await staff.set_terms("maker", people["awa"], TermsChange(per_view_millionths=4_000_000))
    await seen(shop, film_id, 10)
    await accruing.accrue(shop.app.state.tools)
    assert [await earned(shop, people[name]) for name in ("awa", "kofi")] == [20, 5]
    await staff.set_terms("film", film_id, TermsChange(per_view_millionths=0))
    await seen(shop, film_id, 10, YESTERDAY - timedelta(days=1))
    await accruing.accrue(shop.app.state.tools)
    assert [await earned(shop, people[name]) for name in ("awa", "kofi")] == [20, 5]
    listed = await staff.terms()
    assert (listed.house.per_view_millionths, len(listed.items)) == (1_000_000, 2)
    await staff.delete_terms("film", film_id)
    with pytest.raises(TermsNotFound):
        await staff.delete_terms("film", film_id)
    assert (await replayed(shop)).differences == ()


async def test_who_made_a_film_is_said_by_staff_or_by_its_producer(shop: Shop) -> None:
    film_id, people = await a_film(shop.app, awa=1000)
    staff = admin(shop)
    for wrong in ([(ALICE, 999)], [(ALICE, 500), (ALICE, 500)], [(ALICE, 600), (BOB, 600)]):
        shares = [Share(account_id=who, per_mille=share) for who, share in wrong]
        with pytest.raises(WrongShares):
            await staff.set_makers(film_id, MakersChange(shares=shares))
    halves = {people["awa"]: 400, BOB: 600}
    shares = [Share(account_id=who, per_mille=share) for who, share in halves.items()]
    both = MakersChange(shares=shares)
    with pytest.raises(Forbidden):
        await as_person(shop.app, EarningsClient, people["awa"], "filmmaker").set_makers(
            film_id, both
        )
    producer = as_person(shop.app, EarningsClient, people["awa"], Role.producer)
    assert (await producer.set_makers(film_id, both)).film_title == "Sira"
    assert len((await as_person(shop.app, EarningsClient, BOB).makers_of(film_id)).shares) == 2
    with pytest.raises(FilmWithoutMakers):
        await as_person(shop.app, EarningsClient, CHARLIE).makers_of(film_id)
    with pytest.raises(Forbidden):
        await as_person(shop.app, EarningsClient, CHARLIE, Role.producer).set_makers(film_id, both)
    assert (await staff.set_makers(film_id, MakersChange(shares=[]))).shares == []
    forged = "INSERT INTO maker_share VALUES (:film, :who, 10, '', '{}', '', now())"
    told = await refused(shop.app.state.database, forged, film=film_id, who=BOB)
    assert "1000 together" in told


async def test_months_are_stated_once_and_what_comes_late_counts_later(shop: Shop) -> None:
    film_id, people = await a_film(shop.app, awa=1000)
    awa = people["awa"]
    month = rules.month_of(rules.month_of(now().date()) - timedelta(days=40))
    await _state_past(shop, film_id, awa, month)
    client = as_person(shop.app, EarningsClient, awa)
    (first,) = (await client.my_statements()).items
    assert (first.views_count, first.closing_amount, first.month) == (10, 10, month)
    assert first.lines[0].film_title == "Sira"
    assert (await client.statement_pdf(first.id, "fr")).startswith(b"%PDF")
    with pytest.raises(StatementNotFound):
        await as_person(shop.app, EarningsClient, BOB).statement_pdf(first.id)
    # Views of that month that are accrued now belong to the present one.
    await seen(shop, film_id, 5, month + timedelta(days=9))
    await accruing.accrue(shop.app.state.tools)
    found = await replayed(shop)
    assert (found.events, found.differences) == (2, ())
    assert found.statements >= 1
    for forged in (
        "DELETE FROM accrual",
        "DELETE FROM earning",
        "UPDATE statement SET lines = '[]'",
    ):
        assert "written once" in await refused(shop.app.state.database, forged)
    assert (await admin(shop).maker_earnings()).items[0].earned_amount == 15


async def test_what_does_not_follow_from_the_events_is_found_by_the_replay(shop: Shop) -> None:
    film_id, _ = await a_film(shop.app, awa=1000)
    await seen(shop, film_id, 4)
    await accruing.accrue(shop.app.state.tools)
    assert (await replayed(shop)).differences == ()
    await seen(shop, film_id, 1)
    async with shop.app.state.database.sessions.begin() as session:
        assert len((await stating.check(session)).differences) == 1
    assert await _findings(shop) == [f"views:{film_id}:{YESTERDAY}: 5 views are there"]
    async with shop.app.state.database.sessions.begin() as session:
        await session.execute(
            text("DELETE FROM view WHERE viewer = (SELECT min(viewer) FROM view)")
        )
    async with shop.app.state.database.sessions.begin() as session:
        await stating.check(session)
    assert await _findings(shop) == [], "a finding closes itself"


def test_a_month_is_stated_two_days_after_it_ended() -> None:
    march = date(2026, 3, 1)
    assert rules.stated_at(march) == datetime(2026, 4, 3, tzinfo=UTC)
    assert rules.last_stated_month(datetime(2026, 4, 3, 0, 30, tzinfo=UTC)) == date(2026, 2, 1)
    assert rules.last_stated_month(datetime(2026, 4, 3, 1, 0, tzinfo=UTC)) == march
    late = datetime(2026, 4, 3, tzinfo=UTC)
    assert rules.counts_on(date(2026, 3, 31), late) == date(2026, 4, 3)
    assert rules.counts_on(date(2026, 3, 31), late - timedelta(1)) == date(2026, 3, 31)
    assert rules.last_whole_day(datetime(2026, 4, 3, 0, 30, tzinfo=UTC)) == date(2026, 4, 1)
    assert rules.next_month(date(2026, 12, 1)) == date(2027, 1, 1)


async def _findings(shop: Shop) -> list[str]:
    asked = "SELECT subject FROM finding WHERE kind = 'earnings' AND closed_at IS NULL"
    async with shop.app.state.database.reads() as session:
        return list((await session.scalars(text(asked))).all())


async def _paid_out(shop: Shop, account_id: UUID, amount: int) -> None:
    legs = [(maker(account_id, "XOF"), amount), (expense("goodwill", "XOF"), -amount)]
    async with shop.app.state.database.sessions.begin() as session:
        await ledger.post(session, journal(f"paid:{account_id}", "payout", legs))


async def _state_past(shop: Shop, film_id: UUID, account_id: UUID, month: date) -> None:
    """Let a film have earned in a month, and that month be stated."""
    event = rules.Event(f"views:{film_id}:{month}", "views", film_id, month, 10, 0, "XOF")
    tools = shop.app.state.tools
    await seen(shop, film_id, 10, month)
    async with shop.app.state.database.sessions.begin() as session:
        await accruing.earn(session, tools, event)
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        await session.execute(text("UPDATE earning SET day = :day"), {"day": month})
    async with shop.app.state.database.sessions.begin() as session:
        await stating.state_months(session, tools)
        await session.execute(text("SET LOCAL session_replication_role = replica"))
        later = "DELETE FROM statement WHERE month > :month"
        await session.execute(text(later), {"month": month})
