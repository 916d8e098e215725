"""Money that comes in and goes back, in a few words."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from fastapi import FastAPI
from sqlalchemy import text

from kit.auth import Caller
from kit.clock import now
from kit.contracts.payments.earnings import MakersChange, Share
from kit.contracts.payments.orders import Order, OrderState
from kit.contracts.payments.refunds import RefundStory
from kit.contracts.payments.refunds_client import RefundsClient
from payments_service.actions.earnings import sharing
from payments_service.actions.giving import sending
from payments_service.models.shop import Grant
from payments_service.providers.provider import Away, Given, Giving, Provider
from payments_service.queries import giving
from tests.cast import ALICE, DANA
from tests.factories.payments import as_person
from tests.factories.selling import attempt_id, ordered, paying
from tests.payments_service.paying import Shop, looked, settled

Answer = TypeVar("Answer")
STAFF = Caller("person", id=str(DANA), name="Dana", roles=frozenset({"admin"}))
NUMBER = "+2290197000000"


class Silent:
    """A provider that does not answer when it is to send money back."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self.provider, name)

    async def refund(self, giving: Giving) -> Given:
        raise Away("nobody answers")


async def bought(shop: Shop, account_id: UUID | None = ALICE) -> Order:
    """Return an order that is paid and given; without an account, by a stranger."""
    client = shop.person(account_id) if account_id else shop.stranger
    shop.rail.answers = "approved"
    order = await ordered(client)
    paid = await paying(client, order)
    await looked(shop.app, attempt_id(paid))
    found = await settled(shop.app, order, OrderState.fulfilled)
    return found.model_copy(update={"id": order.id})


def dana(shop: Shop) -> RefundsClient:
    return as_person(shop.app, RefundsClient, DANA, "admin")


async def until(
    ask: Callable[[], Awaitable[Answer]], good: Callable[[Answer], bool], seconds: float = 15
) -> Answer:
    """Wait until jobs have brought about what is waited for; return it."""
    async with asyncio.timeout(seconds):
        while not good(found := await ask()):  # noqa: ASYNC110  (jobs have no event to wait for)
            await asyncio.sleep(0.02)
    return found


async def ended(shop: Shop, refund_id: UUID) -> RefundStory:
    """Return a refund once it is no longer pending."""
    staff = dana(shop)
    return await until(
        lambda: staff.refund_story(refund_id), lambda found: found.state != "pending"
    )


async def hurried(app: FastAPI, by: timedelta = timedelta(minutes=2)) -> None:
    """Make every attempt to send money older by so much, and do what is due then."""
    await made_older(app, by)
    for one in await open_attempts(app):
        await sending.go_on(app.state.tools, one)


async def made_older(app: FastAPI, by: timedelta = timedelta(minutes=2)) -> None:
    older = text("""
        UPDATE giving_attempt SET created_at = created_at - CAST(:by AS interval),
            updated_at = updated_at - CAST(:by AS interval),
            next_check_at = next_check_at - CAST(:by AS interval)
    """)
    async with app.state.database.sessions.begin() as session:
        await session.execute(older, {"by": by})


async def open_attempts(app: FastAPI) -> list[UUID]:
    async with app.state.database.reads() as session:
        return list(await giving.due(session, now() + timedelta(days=30)))


async def granted(app: FastAPI, order_id: UUID, *films: UUID, account_id: UUID = ALICE) -> None:
    """Give films for an order, as the shop would."""
    async with app.state.database.sessions.begin() as session:
        session.add_all(
            Grant(
                key=f"{order_id}:{film}",
                account_id=account_id,
                film_id=film,
                title="Sira",
                kind="own",
                order_id=order_id,
                created_at=now(),
            )
            for film in films
        )


async def a_film(app: FastAPI, **shares: int) -> tuple[UUID, dict[str, UUID]]:
    """Return a film made by people of these names, and their accounts."""
    people = {name: uuid4() for name in shares}
    film_id = uuid4()
    change = MakersChange(
        shares=[Share(account_id=people[name], per_mille=share) for name, share in shares.items()],
        film_title="Sira",
    )
    async with app.state.database.sessions.begin() as session:
        await sharing.set_makers(session, app.state.tools, STAFF, film_id, change)
    return film_id, people
