"""While all the money of an order is on its way back, what it gave is closed; refused, it opens.

FedaPay and MTN take a refund and say later what became of it: each story is told on both.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit.client import ServiceClient
from kit.clock import now
from kit.contracts.payments.orders import OrderKind, OrderState
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds import RefundState
from kit.contracts.payments.refunds_client import RefundsClient
from kit.contracts.payments.shop import FilmTermsNew, GrantState
from kit.contracts.tokens import LifetimePast, Token, TokenChange, TokensClient, TokenState
from payments_service.actions.films import access
from payments_service.actions.giving import sending
from payments_service.actions.orders import fulfilling
from tests.cast import ALICE, DANA
from tests.conftest import Start
from tests.factories.payments import as_person
from tests.factories.shop import a_sold_film, notices
from tests.fakes.fedapay import FedaPay
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.network import answer_lost
from tests.fakes.rail import Rail
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import hurried, open_attempts, until
from tests.payments_service.returning import Till, a_till

RAILS: tuple[tuple[Callable[[], Rail], str], ...] = (
    (FedaPay, "PUT /v1/payouts/start"),
    (MtnMomo, "POST /disbursement/v1_0/refund"),
)
RENTED = FilmTermsNew(rental_amount=500, rental_currency="XOF")


@pytest.fixture(params=RAILS, ids=["fedapay", "mtn"])
async def till(
    request: pytest.FixtureRequest,
    settings: MakeSettings,
    siblings: tuple[ServiceClient, ...],
    start: Start,
) -> AsyncIterator[Till]:
    make, sends = request.param
    async with a_till(make(), settings, siblings, start, sends) as found:
        yield found


async def test_a_film_is_closed_while_its_money_moves_and_stays_so_once_it_is_back(
    till: Till, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(till.app, catalog_app)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    assert await till.opens(film)
    await till.asked(order)
    moving = await till.shop.offer(film.slug)
    assert (moving.owned, moving.returning_order_id) == (None, order.id)
    seen = await as_person(till.app, OrdersClient, ALICE).order(order.id)
    assert seen.held_at is not None
    assert seen.state is OrderState.fulfilled, "the money is not back"
    await till.until_opens(film, is_open=False)
    assert await till.told("approved") is RefundState.succeeded
    after = await till.shop.offer(film.slug)
    assert (after.owned, after.returning_order_id) == (None, None)
    seen = await as_person(till.app, OrdersClient, ALICE).order(order.id)
    assert (seen.state, seen.held_at) == (OrderState.refunded, None)
    await until(lambda: _token(till), lambda state: state is TokenState.revoked)
    assert (await till.grant()).refunded_at is not None


async def test_a_film_opens_again_as_it_was_when_its_refund_is_refused(
    till: Till, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(till.app, catalog_app, RENTED)
    order = await till.bought(kind=OrderKind.rental, subject=str(film.id))
    before = await till.shop.start((await till.grant()).id)
    for _ in range(2):  # once more is as good as the first time
        await till.asked(order)
        await till.until_opens(film, is_open=False)
        assert (await till.grant()).state is GrantState.ended
        assert await till.told("declined") is RefundState.failed
        await till.until_opens(film, is_open=True)
        await until(till.grant, lambda found: found.state is GrantState.active)
        assert await till.grant() == before
    (token,) = (await till.tokens.tokens()).items
    assert before.expires_at is not None
    assert abs(token.expires_at - before.expires_at) < timedelta(seconds=1)
    assert len(await notices(till.app, "film.rented")) == 1, "nobody is told twice"


async def test_the_code_that_was_mailed_opens_again(till: Till, catalog_app: FastAPI) -> None:
    film = await a_sold_film(till.app, catalog_app, RENTED)
    order = await till.bought(
        None, kind=OrderKind.rental, subject=str(film.id), email="awa@example.org"
    )
    code = order.given["code"]
    for is_open in (False, True):
        await (till.told("declined") if is_open else till.asked(order))
        await until(partial(_verified, till, code), is_open.__eq__)
    assert len(await notices(till.app, "film.code")) == 1


async def test_a_refund_whose_answer_was_lost_keeps_the_film_closed_until_it_is_found(
    till: Till, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(till.app, catalog_app)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    till.rail.troubles = [answer_lost(till.sends)]
    await till.asked(order)
    staff = as_person(till.app, RefundsClient, DANA, "admin")
    (refund,) = (await staff.refunds()).items
    await until(
        lambda: staff.refund_story(refund.id), lambda found: bool(found.attempts[0].trouble)
    )
    await till.until_opens(film, is_open=False)
    assert await till.told("approved") is RefundState.succeeded
    assert len(till.rail.givings) == 1
    assert not await till.opens(film)


async def test_a_part_of_the_price_closes_nothing_until_the_rest_goes_too(
    till: Till, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(till.app, catalog_app)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    await till.asked(order, 500)
    assert (await till.grant()).state is GrantState.active
    await till.asked(order)  # the rest
    assert (await till.grant()).state is GrantState.ended
    first, rest = till.rail.givings.values()
    till.rail.settle_giving(first.id, "approved")
    till.rail.settle_giving(rest.id, "declined")
    await hurried(till.app)
    found = await as_person(till.app, OrdersClient, ALICE).order(order.id)
    assert (found.state, found.held_at) == (OrderState.partially_refunded, None)
    assert (await till.grant()).state is not GrantState.ended
    await till.until_opens(film, is_open=True)


async def test_who_buys_it_anew_meanwhile_has_it_once(till: Till, catalog_app: FastAPI) -> None:
    film = await a_sold_film(till.app, catalog_app)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    await till.asked(order)
    await till.until_opens(film, is_open=False)
    await till.bought(kind=OrderKind.film, subject=str(film.id))
    assert await till.told("declined") is RefundState.failed
    held = (await till.shop.grants()).items
    assert [one.state for one in held] == [GrantState.active, GrantState.ended]
    assert await till.opens(film)
    offer = await as_person(till.app, RefundsClient, ALICE).refund_offer(order.id)
    assert offer.may, "what was paid twice can be asked back again"


async def test_whoever_tells_of_it_at_the_same_time_opens_it_once(
    till: Till, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(till.app, catalog_app)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    await till.asked(order)
    await till.until_opens(film, is_open=False)
    for giving in till.rail.givings.values():
        till.rail.settle_giving(giving.id, "declined")
    grant, (attempt,) = await till.grant(), await open_attempts(till.app)
    tools = till.app.state.tools
    closing = [access.follow(tools, grant.id, is_sure=False) for _ in range(3)]
    telling = [sending.go_on(tools, attempt) for _ in range(5)]
    await asyncio.gather(*closing, *telling)
    await till.until_opens(film, is_open=True)
    await until(till.grant, lambda found: found.state is GrantState.active)
    assert await till.opens(film)
    assert len((await till.tokens.tokens()).items) == 1


async def test_who_dies_while_closing_it_cannot_leave_it_closed(
    till: Till, catalog_app: FastAPI
) -> None:
    """It was asked to close, and opened again by others, before its word came through."""
    film = await a_sold_film(till.app, catalog_app)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    tokens = till.tokens
    dying = Dying(tokens)
    till.app.state.clients[TokensClient] = dying
    await till.asked(order)
    await asyncio.wait_for(dying.is_closing.wait(), 15)
    assert await till.told("declined") is RefundState.failed
    await until(till.grant, lambda found: found.state is GrantState.active)
    dying.may_go_on.set()
    await asyncio.wait_for(dying.is_dead.wait(), 15)
    await until(partial(_lasts, tokens), bool)
    assert await till.opens(film)


class Dying:
    """A client of tokens_service whose first closing of a token arrives late, and is not known."""

    def __init__(self, tokens: TokensClient) -> None:
        self.tokens = tokens
        self.is_closing, self.may_go_on, self.is_dead = (asyncio.Event() for _ in range(3))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tokens, name)

    async def change(self, token_id: UUID, new: TokenChange) -> Token:
        is_end = new.expires_at is not None and new.expires_at < now() + timedelta(days=1)
        is_first = is_end and not self.is_closing.is_set()
        if is_first:
            self.is_closing.set()
            await self.may_go_on.wait()
        done = await self.tokens.change(token_id, new)
        if is_first:
            self.is_dead.set()
            raise RuntimeError("killed")
        return done


async def test_a_clock_that_is_ahead_closes_it_a_little_later(
    till: Till, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(till.app, catalog_app)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    till.app.state.clients[TokensClient] = tokens = Ahead(till.tokens)
    await till.asked(order)
    until_then = await until(partial(_ends_at, tokens), lambda at: at < now() + timedelta(days=1))
    assert until_then > now() + timedelta(seconds=30)
    assert await till.told("approved") is RefundState.succeeded
    await until(lambda: till.opens(film), lambda found: not found)


class Ahead:
    """A client of a tokens_service whose clock is ten seconds ahead."""

    def __init__(self, tokens: TokensClient) -> None:
        self.tokens = tokens

    def __getattr__(self, name: str) -> Any:
        return getattr(self.tokens, name)

    async def change(self, token_id: UUID, new: TokenChange) -> Token:
        if new.expires_at is not None and new.expires_at < now() + timedelta(seconds=10):
            raise LifetimePast
        return await self.tokens.change(token_id, new)


async def _ends_at(tokens: Ahead) -> datetime:
    (token,) = (await tokens.tokens.tokens()).items
    return token.expires_at


async def _lasts(tokens: TokensClient) -> bool:
    (token,) = (await tokens.tokens()).items
    return token.expires_at > now() + timedelta(days=1)


async def test_what_is_paid_back_before_it_was_given_is_given_closed(
    till: Till, catalog_app: FastAPI
) -> None:
    film = await a_sold_film(till.app, catalog_app)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    async with till.app.state.database.sessions.begin() as session:
        await session.execute(text("DELETE FROM access_grant"))
        again = text("""UPDATE "order" SET state = 'paid', fulfilled_at = NULL""")
        await session.execute(again)
    await till.asked(order)
    async with till.app.state.database.sessions.begin() as session:
        found = text("""SELECT held_at FROM "order" """)
        assert await session.scalar(found) is not None
    await fulfilling.fulfil_now(till.app.state.tools, order.id)
    assert (await till.grant()).state is GrantState.ended
    assert await till.told("declined") is RefundState.failed
    await till.until_opens(film, is_open=True)


async def _token(till: Till) -> TokenState:
    (token,) = (await till.tokens.tokens()).items
    return token.state


async def _verified(till: Till, code: str) -> bool:
    return (await till.tokens.verify(code)).ok
