"""Films for coins and money: open at once, charged once, never to who has them already.

What went wrong at others (feature_anchors §2.2) is a test here each: a film that opens only after
signing in again, two prices for one film, an owner who is asked to pay, no mail with the link.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import insert, text
from sqlalchemy.exc import IntegrityError

from kit import clock
from kit.auth import unseal
from kit.client import ServiceClient
from kit.contracts.catalog.errors import EntitlementNeeded, FilmNotFound
from kit.contracts.catalog.playback import PlaybackNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.errors import (
    NotForSale,
    OwnedAlready,
    OwnFilm,
)
from kit.contracts.payments.orders import OrderKind, OrderNew, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.shop import FilmTermsNew, GrantKind, GrantState, Owned
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.shop_errors import (
    GrantNotFound,
    NotEnoughCoins,
    NotForCoins,
    RefundTooLate,
    WatchedAlready,
)
from kit.contracts.tokens import AccessLevel, Mint, TokensClient
from kit.errors import Unauthenticated
from kit.events import NOTICE
from payments_service.actions.earnings import accruing
from payments_service.actions.films import access
from payments_service.app import create_app
from payments_service.models.shop import Offer
from payments_service.queries import ledger, orders
from payments_service.rules.accounts import maker
from tests.cast import ALICE, BOB, CHARLIE
from tests.conftest import Start
from tests.factories.catalog import a_film, access_token, as_stranger
from tests.factories.payments import as_person
from tests.factories.payments import as_stranger as as_nobody
from tests.factories.selling import a_key
from tests.factories.shop import (
    Away,
    a_shown_film,
    a_sold_film,
    as_maker,
    bought,
    notices,
    with_coins,
)
from tests.fakes.plain_rail import PlainRail
from tests.payments_service.conftest import MakeSettings


@pytest.fixture
async def rail() -> AsyncIterator[PlainRail]:
    async with PlainRail() as found:
        yield found


@pytest.fixture
async def app(
    settings: MakeSettings, siblings: tuple[ServiceClient, ...], rail: PlainRail, start: Start
) -> FastAPI:
    return await start(create_app(settings(), *siblings, providers=[rail.open()]))


@pytest.fixture
def plays(catalog_app: FastAPI) -> Callable[..., Awaitable[bool]]:
    """Return a function that says whether the catalogue lets somebody watch a film."""

    async def play(film_id: UUID, who: UUID | None = None, code: str | None = None) -> bool:
        viewer = as_stranger(catalog_app)
        if who is not None:
            viewer = viewer.acting(access_token(catalog_app, sub=str(who)))
        found = set()
        for door in (PlaybackNew(token=code), PlaybackNew(token=code, kind="native")):
            try:
                await viewer.play_film(film_id, door)
            except EntitlementNeeded:
                found.add(False)
            else:
                found.add(True)
        (answer,) = found  # every door says the same
        return answer

    return play


Plays = Callable[..., Awaitable[bool]]


async def test_a_film_unlocked_with_coins_opens_in_the_same_request(
    app: FastAPI, catalog_app: FastAPI, plays: Plays
) -> None:
    film = await a_sold_film(app, catalog_app)
    await with_coins(app, ALICE, bought=50, value=500)
    alice = as_person(app, ShopClient, ALICE)
    assert not await plays(film.id, ALICE)
    assert not await plays(film.id)  # nor by an address somebody passed on
    before = await alice.offer(film.slug)
    assert (before.owned, before.buy.coins if before.buy else 0, before.balance) == (None, 30, 50)
    done = await alice.unlock(film.id)
    assert (done.charged, done.balance) == (30, 20)
    assert done.grant is not None
    assert done.grant.state is GrantState.active
    assert await plays(film.id, ALICE)  # with the token she had before: no new sign-in
    after = await alice.offer(film.slug)
    assert (after.owned, after.grant.id if after.grant else None) == (Owned.grant, done.grant.id)
    assert not await plays(film.id, BOB)
    (told,) = await notices(app, "film.yours")
    assert told["values"]["url"] == f"https://portal.example.org/films/{film.id}"
    (mine,) = (await alice.grants()).items
    assert mine == await alice.grant(done.grant.id)


async def test_a_film_is_charged_once_however_often_it_is_unlocked(
    app: FastAPI, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(app, catalog_app)
    await with_coins(app, ALICE, bought=100)
    alice = as_person(app, ShopClient, ALICE)
    found = await asyncio.gather(*(alice.unlock(film.id) for _ in range(6)))
    assert sorted(one.charged for one in found) == [0, 0, 0, 0, 0, 30]
    assert len({one.grant.id for one in found if one.grant}) == 1
    assert (await alice.unlock(film.id)).balance == 70
    with pytest.raises(NotEnoughCoins):
        await as_person(app, ShopClient, BOB).unlock(film.id)
    assert (await as_person(app, ShopClient, BOB).grants()).items == []
    with pytest.raises(Unauthenticated):
        await as_nobody(app, ShopClient).unlock(film.id)


async def test_nobody_pays_for_their_own_film_nor_for_what_a_code_opens(
    app: FastAPI, catalog_app: FastAPI, tokens_app: FastAPI, plays: Plays
) -> None:
    film = await a_sold_film(app, catalog_app)
    await as_maker(app, film, ALICE)
    for who in (ALICE, BOB):
        await with_coins(app, who, bought=100)
    tokens: TokensClient = app.state.clients[TokensClient]
    new = Mint(title="Guest", access_level=AccessLevel.ppv, video_id=str(film.id))
    await tokens.set_holder((await tokens.mint(new)).id, BOB)
    for who, why, refusal in ((ALICE, Owned.maker, OwnFilm), (BOB, Owned.entitled, OwnedAlready)):
        shop, orders = as_person(app, ShopClient, who), as_person(app, OrdersClient, who)
        assert (await shop.offer(film.slug)).owned is why
        for _ in range(2):
            done = await shop.unlock(film.id)
            assert (done.charged, done.balance) == (0, 100)
        assert await plays(film.id, who)
        with pytest.raises(refusal):
            await orders.make_order(OrderNew(kind=OrderKind.film, subject=str(film.id)), a_key())


async def test_what_is_paid_while_tokens_service_is_away_opens_when_it_is_back(
    app: FastAPI, catalog_app: FastAPI, plays: Plays
) -> None:
    film = await a_sold_film(app, catalog_app)
    await with_coins(app, ALICE, bought=100)
    alice = as_person(app, ShopClient, ALICE)
    there = app.state.clients[TokensClient]
    app.state.clients[TokensClient] = Away()
    done = await alice.unlock(film.id)
    assert done.grant is not None
    assert (done.charged, done.grant.state) == (30, GrantState.given)
    assert (await alice.unlock(film.id)).charged == 0
    assert not await plays(film.id, ALICE)
    async with app.state.database.reads() as session:
        waiting = await session.scalars(
            text("SELECT entrypoint FROM pgqueuer WHERE entrypoint = 'follow_grant'")
        )
        assert len(waiting.all()) >= 1  # the job that will do it, unless we are quicker
    app.state.clients[TokensClient] = there
    await asyncio.gather(*(access.follow(app.state.tools, done.grant.id) for _ in range(3)))
    assert await plays(film.id, ALICE)
    held = [one for one in (await there.tokens()).items if one.account_id == ALICE]
    assert len(held) == 1


async def test_one_film_has_one_price_of_each_kind(app: FastAPI, catalog_app: FastAPI) -> None:
    film = await a_sold_film(app, catalog_app)
    staff = as_person(app, ShopClient, CHARLIE, "admin")
    terms = [FilmTermsNew(coins=number) for number in range(1, 6)]
    await asyncio.gather(*(staff.set_film_terms(film.id, each) for each in terms))
    (only,) = (await staff.all_film_terms()).items
    assert only.coins in range(1, 6)
    row = {"film_id": film.id, "coins": 9, "start_within_days": 1, "finish_within_hours": 1}
    with pytest.raises(IntegrityError):
        async with app.state.database.sessions.begin() as session:
            await session.execute(insert(Offer).values(**row, updated_at=clock.now()))
    await staff.delete_film_terms(film.id)
    offer = await as_nobody(app, ShopClient).offer(film.slug)
    assert offer.buy is not None
    assert (offer.buy.coins, offer.buy.price.amount if offer.buy.price else 0) == (None, 2000)


async def test_an_unwatched_film_is_given_back_for_its_coins_within_the_window(
    app: FastAPI, catalog_app: FastAPI, plays: Plays
) -> None:
    film = await a_sold_film(app, catalog_app)
    await with_coins(app, ALICE, bought=50, granted=10, value=999)
    alice, wallet = as_person(app, ShopClient, ALICE), as_person(app, CoinsClient, ALICE)
    done = await alice.unlock(film.id)
    assert done.grant is not None
    assert done.grant.refundable_until is not None
    with pytest.raises(GrantNotFound):
        await as_person(app, ShopClient, BOB).refund(done.grant.id)
    for _ in range(2):  # the second time changes nothing
        back = await alice.refund(done.grant.id)
        assert back.state is GrantState.ended
        found = await wallet.wallet()
        assert (found.bought, found.granted) == (50, 10)
    assert not await plays(film.id, ALICE)
    assert (await alice.unlock(film.id)).charged == 30  # it can be had again
    assert await plays(film.id, ALICE)


async def test_makers_get_their_share_of_coins_by_themselves_and_give_it_back(
    app: FastAPI, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(app, catalog_app)
    await as_maker(app, film, BOB)
    await with_coins(app, ALICE, bought=60, granted=10, value=600)
    alice = as_person(app, ShopClient, ALICE)
    done = await alice.unlock(film.id)  # 10 granted coins, and 20 worth 200
    assert done.grant is not None
    earned = []
    for _ in range(2):
        await accruing.accrue(app.state.tools)
        async with app.state.database.reads() as session:
            earned.append(-await ledger.balance(session, maker(BOB, "XOF").code))
        await alice.refund(done.grant.id)
    assert earned == [100, 0]


async def test_what_was_watched_or_is_too_old_is_not_given_back(
    app: FastAPI, catalog_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    films = [await a_sold_film(app, catalog_app, title=title) for title in ("Sira", "Kora")]
    await with_coins(app, ALICE, bought=100)
    alice = as_person(app, ShopClient, ALICE)
    watched, old = [(await alice.unlock(film.id)).grant for film in films]
    assert watched is not None
    assert old is not None
    await alice.start_film(films[0].id)
    with pytest.raises(WatchedAlready):
        await alice.refund(watched.id)
    hours = app.state.settings.coin_refund_hours
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(hours=hours, minutes=5))
    with pytest.raises(RefundTooLate):
        await alice.refund(old.id)


async def test_only_what_is_sold_for_coins_is_sold_for_coins(
    app: FastAPI, catalog_app: FastAPI
) -> None:
    await with_coins(app, ALICE, bought=100)
    alice = as_person(app, ShopClient, ALICE)
    film = await a_sold_film(app, catalog_app, FilmTermsNew())
    for kind in GrantKind:
        with pytest.raises(NotForCoins):
            await alice.unlock(film.id, kind)
    with pytest.raises(FilmNotFound):
        await alice.unlock((await a_film(catalog_app)).id)  # a draft
    public = await a_shown_film(catalog_app, title="Ouvert", access_level="public")
    assert (await alice.unlock(public.id)).grant is None
    assert (await alice.offer(public.slug)).owned is Owned.public
    vip = await a_shown_film(catalog_app, title="Membres", access_level="vip")
    with pytest.raises(NotForCoins):
        await alice.unlock(vip.id)
    new = OrderNew(kind=OrderKind.film, subject=str(vip.id))
    with pytest.raises(NotForSale):
        await as_person(app, OrdersClient, ALICE).make_order(new, a_key())


async def test_a_film_bought_with_money_opens_when_it_is_paid_and_closes_when_refunded(
    app: FastAPI, catalog_app: FastAPI, rail: PlainRail, plays: Plays
) -> None:
    film = await a_sold_film(app, catalog_app)
    order = await bought(app, rail, ALICE, kind=OrderKind.film, subject=str(film.id))
    assert (order.state, order.amount) == (OrderState.fulfilled, 2000)
    assert "code" not in order.given
    assert await plays(film.id, ALICE)
    (grant,) = (await as_person(app, ShopClient, ALICE).grants()).items
    assert (grant.kind, grant.coins, grant.refundable_until) == (GrantKind.own, 0, None)
    with pytest.raises(RefundTooLate):  # money goes back another way
        await as_person(app, ShopClient, ALICE).refund(grant.id)
    async with app.state.database.sessions.begin() as session:
        row = await orders.order_for_update(session, order.id)
        await app.state.tools.seller("film").take_back(session, app.state.tools, row, row.amount)
    await access.follow(app.state.tools, grant.id)
    assert not await plays(film.id, ALICE)


async def test_who_has_no_account_gets_a_code(
    app: FastAPI, catalog_app: FastAPI, rail: PlainRail, plays: Plays
) -> None:
    film = await a_sold_film(
        app, catalog_app, FilmTermsNew(rental_amount=500, rental_currency="XOF")
    )
    order = await bought(
        app, rail, None, kind=OrderKind.rental, subject=str(film.id), email="awa@example.org"
    )
    assert (order.state, order.amount) == (OrderState.fulfilled, 500)
    code = order.given["code"]
    assert await plays(film.id, code=code)
    assert not await plays(film.id)
    assert "expires_at" in order.given
    (told,) = await notices(app, "film.code")
    assert told["email"] == "awa@example.org"
    assert code not in str(told)  # it opens the film: it travels sealed
    assert unseal(app.state.tools.secret, NOTICE, told["sealed"]) == {"code": code}
