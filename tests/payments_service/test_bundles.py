"""Bundles, season passes and packs of coins: one price, all films, and what comes later."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from kit import clock
from kit.client import ServiceClient
from kit.contracts.catalog.shelves import SeriesNew
from kit.contracts.payments.coins import PackChange
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.errors import (
    NeedsAccount,
    NotForSale,
    OwnedAlready,
)
from kit.contracts.payments.orders import OrderKind, OrderNew, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.shop import Bundle, BundleChange, BundleKind, BundleNew, GrantState
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.shop_errors import (
    BundleNotFound,
    BundleTaken,
    PackNotFound,
)
from kit.db import new_id
from payments_service.actions.bundles import growing
from payments_service.actions.coins import holding
from payments_service.app import create_app
from payments_service.models.promotions import CountryPrice
from payments_service.queries import coins as coin_queries
from payments_service.queries import ledger, orders, wallets
from tests.cast import ALICE, BOB, DANA
from tests.conftest import Start
from tests.factories.catalog import as_admin
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import a_key
from tests.factories.shop import a_pack, a_shown_film, a_sold_film, bought, paid, with_coins
from tests.fakes.plain_rail import PlainRail
from tests.payments_service.conftest import MakeSettings

PPV = {"access_level": "ppv", "price_amount": 2000, "currency": "XOF"}


@pytest.fixture
async def rail() -> AsyncIterator[PlainRail]:
    async with PlainRail() as found:
        yield found


@pytest.fixture
async def app(
    settings: MakeSettings, siblings: tuple[ServiceClient, ...], rail: PlainRail, start: Start
) -> FastAPI:
    return await start(create_app(settings(), *siblings, providers=[rail.open()]))


async def test_a_bundle_opens_all_its_films_for_one_price_and_closes_them_again(
    app: FastAPI, catalog_app: FastAPI, rail: PlainRail
) -> None:
    bundle = await a_bundle(app, catalog_app)
    ids = {item.film_id for item in bundle.items}
    assert [item.title for item in bundle.items] == ["Sira", "Kora"]
    (found,) = (await as_stranger(app, ShopClient).offer(str(min(ids)))).bundles
    assert found == bundle
    what = {"kind": OrderKind.bundle, "subject": str(bundle.id)}
    order = await bought(app, rail, ALICE, **what)
    assert (order.state, order.amount) == (OrderState.fulfilled, 3001)
    alice = as_person(app, ShopClient, ALICE)
    assert {grant.film_id for grant in (await alice.grants()).items} == ids
    assert (await alice.unlock_bundle(bundle.id)).charged == 0
    with pytest.raises(OwnedAlready):
        await as_person(app, OrdersClient, ALICE).make_order(OrderNew(**what), a_key())
    with pytest.raises(NeedsAccount):
        await as_stranger(app, OrdersClient).make_order(OrderNew(**what), a_key())
    for refunded, state in ((3000, GrantState.active), (3001, GrantState.ended)):
        async with app.state.database.sessions.begin() as session:
            row = await orders.order_for_update(session, order.id)
            await app.state.tools.seller("bundle").take_back(
                session, app.state.tools, row, refunded
            )
        assert {one.state for one in (await alice.grants()).items} == {state}


async def test_a_bundle_for_coins_is_paid_once_and_given_back_whole(
    app: FastAPI, catalog_app: FastAPI
) -> None:
    bundle = await a_bundle(app, catalog_app)
    staff, bob = (as_person(app, ShopClient, one, "admin") for one in (DANA, BOB))
    await with_coins(app, BOB, bought=100, value=777)
    done = await bob.unlock_bundle(bundle.id)
    assert (done.charged, done.balance) == (45, 55)
    assert sorted(grant.coins for grant in done.grants) == [22, 23]
    assert (await bob.unlock_bundle(bundle.id)).charged == 0
    # What was sold stays as it was sold.
    third = await a_shown_film(catalog_app, title="Balafon", **PPV)
    change = BundleChange(film_ids=[bundle.items[0].film_id, third.id], coins=40)
    assert (await staff.change_bundle(bundle.id, change)).coins == 40
    assert len((await bob.grants()).items) == 2
    await bob.refund(done.grants[0].id)
    assert {one.state for one in (await bob.grants()).items} == {GrantState.ended}
    assert (await as_person(app, CoinsClient, BOB).wallet()).balance == 100
    await staff.withdraw_bundle(bundle.id)
    with pytest.raises(BundleNotFound):
        await bob.unlock_bundle(bundle.id)
    assert (await as_stranger(app, ShopClient).bundles()).items == []
    assert len((await staff.bundles(everything=True)).items) == 1


async def a_bundle(app: FastAPI, catalog_app: FastAPI) -> Bundle:
    films = [await a_shown_film(catalog_app, title=title, **PPV) for title in ("Sira", "Kora")]
    ids = [film.id for film in films]
    new = BundleNew(title_fr="Deux films", film_ids=ids, amount=3001, coins=45)
    return await as_person(app, ShopClient, DANA, "admin").make_bundle(new)


async def test_a_season_pass_opens_the_episodes_that_come_later(
    app: FastAPI, catalog_app: FastAPI
) -> None:
    series = await as_admin(catalog_app).create_series(SeriesNew(title="Les Gens du fleuve"))
    staff = as_person(app, ShopClient, DANA, "admin")
    pass_of = BundleNew(
        kind=BundleKind.season, title_fr="Saison 1", series_id=series.id, season=1,
        amount=5000, coins=60,
    )  # fmt: skip
    place = {"series_id": series.id, "season": 1, **PPV}
    first = await a_shown_film(catalog_app, title="Un", episode=1, **place)
    with pytest.raises(NotForSale):  # nothing to watch yet
        await staff.make_bundle(pass_of.model_copy(update={"season": 2}))
    bundle = await staff.make_bundle(pass_of)
    with pytest.raises(BundleTaken):
        await staff.make_bundle(pass_of)
    await with_coins(app, ALICE, bought=100)
    alice = as_person(app, ShopClient, ALICE)
    assert (await alice.unlock_bundle(bundle.id)).charged == 60
    second = await a_shown_film(catalog_app, title="Deux", episode=2, **place)
    assert (await alice.offer(second.slug)).owned is None
    assert await growing.grow(app.state.tools) == 1
    assert await growing.grow(app.state.tools) == 0
    assert {one.film_id for one in (await alice.grants()).items} == {first.id, second.id}
    assert (await alice.offer(second.slug)).owned is not None
    assert (await as_person(app, ShopClient, BOB).offer(second.slug)).owned is None


async def test_a_pack_brings_coins_the_bonus_of_the_moment_and_one_first_time(
    app: FastAPI, rail: PlainRail
) -> None:
    at = clock.now()
    pack = await a_pack(
        app, name_fr="Pirogue", name_en="Canoe", coins=100, amount=1000, bonus_coins=5,
        first_coins=20, season_coins=7, season_from=at - timedelta(days=1),
        season_until=at + timedelta(days=1), code="FESTIVAL", code_coins=11, bonus_days=30,
        discount_percent=15, discount_until=at + timedelta(hours=1),
    )  # fmt: skip
    alice = as_person(app, CoinsClient, ALICE)
    (offer,) = (await alice.pack_offers(code="festival")).items
    assert (offer.coins, offer.bonus, offer.is_first) == (100, 43, True)
    assert (offer.list_amount, offer.amount, offer.discount_percent) == (1000, 850, 15)
    assert offer.until == pack.discount_until
    order = await bought(
        app, rail, ALICE, kind=OrderKind.coins, subject=str(pack.id), options={"code": "festival"}
    )
    assert (order.list_amount, order.discount_amount, order.amount) == (1000, 150, 850)
    assert order.title == "Pirogue · 143 pièces"
    assert order.given == {"coins": 100, "bonus": 43}
    wallet = await alice.wallet()
    assert (wallet.bought, wallet.granted) == (100, 43)
    assert abs(wallet.expiring[0].expires_at - at - timedelta(days=30)) < timedelta(minutes=1)
    (again,) = (await alice.pack_offers()).items
    assert (again.bonus, again.is_first) == (12, False)


async def test_of_a_refunded_pack_what_is_left_goes_and_so_does_what_was_owed_for_it(
    app: FastAPI, rail: PlainRail
) -> None:
    pack = await a_pack(app, coins=100, amount=850, bonus_coins=43)
    order = await bought(app, rail, ALICE, kind=OrderKind.coins, subject=str(pack.id))
    async with app.state.database.sessions.begin() as session:
        assert -await ledger.balance(session, "liability:coins:XOF") == 850
        row = await orders.order_for_update(session, order.id)
        for _ in range(2):
            await holding.take_back(session, row)
            assert await wallets.balance(session, ALICE, clock.now()) == 0
        assert await ledger.balance(session, "liability:coins:XOF") == 0
        assert await ledger.balance(session, "expense:refunds:XOF") == -850
        assert await coin_queries.off_lots(session) == []


async def test_a_pack_is_sold_as_staff_says(app: FastAPI, rail: PlainRail) -> None:
    pack = await a_pack(app, discount_percent=15)
    alice, staff = as_person(app, CoinsClient, ALICE), as_person(app, CoinsClient, DANA, "admin")
    await staff.change_pack(pack.id, PackChange(discount_percent=0, code=""))
    assert (await alice.pack_offers()).items[0].amount == 1000
    await staff.withdraw_pack(pack.id)
    assert (await alice.pack_offers()).items == []
    assert [one.id for one in (await staff.packs()).items] == [pack.id]
    with pytest.raises(NotForSale):
        await bought(app, rail, ALICE, kind=OrderKind.coins, subject=str(pack.id))
    with pytest.raises(PackNotFound):
        await bought(app, rail, ALICE, kind=OrderKind.coins, subject=str(new_id()))


async def test_two_first_packs_paid_at_once_bring_one_first_bonus(
    app: FastAPI, rail: PlainRail
) -> None:
    pack = await a_pack(app, coins=10, amount=100, first_coins=5)
    alice = as_person(app, OrdersClient, ALICE)
    made = [
        await alice.make_order(OrderNew(kind=OrderKind.coins, subject=str(pack.id)), a_key())
        for _ in range(2)
    ]
    for order in made:
        await paid(rail, alice, order)
    wallet = await as_person(app, CoinsClient, ALICE).wallet()
    assert (wallet.bought, wallet.granted) == (20, 5)


async def test_prices_by_country_are_those_of_the_country_asked_from(
    app: FastAPI, catalog_app: FastAPI
) -> None:
    pack = await a_pack(app, amount=1000)
    film = await a_sold_film(app, catalog_app)
    async with app.state.database.sessions.begin() as session:
        for kind, subject in (("coins", pack.id), ("film", film.id)):
            where = {"kind": kind, "subject": str(subject), "country": "FR"}
            price = {"amount": 299, "currency": "EUR"}
            session.add(CountryPrice(**where, **price, created_at=clock.now(), created_by="test"))
    coins, shop = as_stranger(app, CoinsClient), as_stranger(app, ShopClient)
    seen = {}
    for country in ("", "BJ", "FR"):
        (offer,) = (await coins.pack_offers(country)).items
        way = (await shop.offer(film.slug, country)).buy
        assert way is not None
        assert way.price is not None
        seen[country] = (offer.amount, offer.currency, way.price.amount, way.price.currency)
    home = (1000, "XOF", 2000, "XOF")
    assert seen == {"": home, "BJ": home, "FR": (299, "EUR", 299, "EUR")}
    order = await as_person(app, OrdersClient, ALICE).make_order(
        OrderNew(kind=OrderKind.film, subject=str(film.id), country="FR"), a_key()
    )
    assert (order.amount, order.currency) == (299, "EUR")
