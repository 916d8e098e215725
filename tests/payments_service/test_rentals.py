"""Films rented for coins: begun in time, ended in time, at every door."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.payments.shop import FilmTermsNew, GrantKind, Owned
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.shop_errors import (
    RentalOver,
)
from kit.contracts.tokens import AccessLevel, EntitlementQuestion, TokensClient
from payments_service.actions.films import access
from payments_service.queries import shop as queries
from tests.cast import ALICE
from tests.factories.payments import as_person
from tests.factories.shop import Away, a_sold_film, with_coins


async def test_a_rental_begins_with_the_first_play_and_ends_for_every_door(
    app: FastAPI, catalog_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    film = await a_sold_film(
        app, catalog_app,
        FilmTermsNew(coins=30, rental_coins=10, start_within_days=7, finish_within_hours=24),
    )  # fmt: skip
    await with_coins(app, ALICE, bought=100)
    alice = as_person(app, ShopClient, ALICE)
    rented = await alice.unlock(film.id, GrantKind.rental)
    assert rented.grant is not None
    assert rented.grant.expires_at is not None
    assert abs(rented.grant.expires_at - at - timedelta(days=7)) < timedelta(minutes=1)
    first = await alice.start(rented.grant.id)
    assert first.started_at is not None
    assert first.expires_at == first.started_at + timedelta(hours=24)
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(hours=5))
    assert await alice.start(rented.grant.id) == first  # the second time changes nothing
    tokens: TokensClient = app.state.clients[TokensClient]
    (token,) = [one for one in (await tokens.tokens()).items if one.account_id == ALICE]
    assert abs(token.expires_at - first.expires_at) < timedelta(seconds=2)
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(hours=25))
    assert (await alice.offer(film.slug)).owned is None
    with pytest.raises(RentalOver):
        await alice.start(rented.grant.id)
    asked = EntitlementQuestion(access_level=AccessLevel.ppv, video_ids=(str(film.id),))
    assert not (await tokens.entitlement(ALICE, asked)).ok
    again = await alice.unlock(film.id, GrantKind.rental)
    assert again.charged == 10


async def test_a_rental_that_is_not_begun_in_time_is_over(
    app: FastAPI, catalog_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    film = await a_sold_film(app, catalog_app)
    await with_coins(app, ALICE, bought=100)
    alice = as_person(app, ShopClient, ALICE)
    rented = (await alice.unlock(film.id, GrantKind.rental)).grant
    assert rented is not None
    # Who rents may still buy, and then has both.
    assert (await alice.unlock(film.id)).charged == 30
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=31))
    with pytest.raises(RentalOver):
        await alice.start(rented.id)
    assert (await alice.offer(film.slug)).owned is Owned.grant
    async with app.state.database.sessions.begin() as session:
        assert await queries.end_over(session, clock.now()) == 1
        assert await queries.end_over(session, clock.now()) == 0


async def test_a_rental_that_nobody_could_open_in_time_asks_nothing_of_tokens_service(
    app: FastAPI, catalog_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    film = await a_sold_film(app, catalog_app)
    await with_coins(app, ALICE, bought=100)
    there = app.state.clients[TokensClient]
    app.state.clients[TokensClient] = Away()
    alice = as_person(app, ShopClient, ALICE)
    rented = (await alice.unlock(film.id, GrantKind.rental)).grant
    assert rented is not None
    monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=31))
    assert (await access.follow(app.state.tools, rented.id)).token_id is None
    async with app.state.database.sessions.begin() as session:
        assert await queries.end_over(session, clock.now()) == 1
        assert await queries.untold(session, clock.now(), 9) == []
    app.state.clients[TokensClient] = there
