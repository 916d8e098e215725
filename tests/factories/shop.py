"""Films for sale, packs and coins, ready made: through the service's own doors."""

from typing import Any
from uuid import UUID

import orjson
from fastapi import FastAPI
from sqlalchemy import text, update

from catalog_service.models.films import Film as Row
from kit import clock
from kit.contracts.catalog.films import Film
from kit.contracts.payments.coins import Pack, PackNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.orders import Order, OrderMade, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from kit.db import new_id
from kit.errors import Unavailable
from payments_service.actions.coins.lots import Coming, issue
from payments_service.models.earnings import MakerShare
from payments_service.queries import ledger
from payments_service.rules import accounts
from payments_service.rules.journals import journal, move
from tests.cast import DANA
from tests.factories.catalog import a_film, as_admin
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import a_key, paying
from tests.fakes.plain_rail import PlainRail


async def with_coins(
    app: FastAPI, account_id: UUID, bought: int = 0, granted: int = 0, value: int = 0, **more: Any
) -> None:
    """Put coins into a wallet as a pack would, with the money that is owed for them."""
    key = str(new_id())
    async with app.state.database.sessions.begin() as session:
        if value:
            paid = accounts.at_provider("sandbox", "XOF")
            legs = move(accounts.coins_owed("XOF"), paid, value)
            await ledger.post(session, journal(f"order:{key}:paid", "payment", legs))
        coming = Coming(
            account_id=account_id,
            key=f"order:{key}",
            source=f"order/{key}",
            title="Pack",
            bought=bought,
            granted=granted,
            value=value,
            currency="XOF" if value else "",
            **more,
        )
        await issue(session, coming)


async def a_pack(app: FastAPI, **changes: Any) -> Pack:
    values: dict[str, Any] = {"name_fr": "Pirogue", "coins": 100, "amount": 1000}
    dana = as_person(app, CoinsClient, DANA, "admin")
    return await dana.make_pack(PackNew(**(values | changes)))


async def a_shown_film(catalog_app: FastAPI, **changes: Any) -> Film:
    """Make a published film, whose video the library is said to have encoded."""
    film = await a_film(catalog_app, **changes)
    ready = update(Row).values(video_guid=str(film.id), video_state="ready", video_seconds=5400)
    async with catalog_app.state.database.sessions.begin() as session:
        await session.execute(ready.where(Row.id == film.id))
    return await as_admin(catalog_app).publish_film(film.id)


async def a_sold_film(
    app: FastAPI, catalog_app: FastAPI, terms: FilmTermsNew | None = None, **changes: Any
) -> Film:
    """Make a published film that costs 2000 XOF or, unless told otherwise, 30 coins."""
    values: dict[str, Any] = {"access_level": "ppv", "price_amount": 2000, "currency": "XOF"}
    film = await a_shown_film(catalog_app, **(values | changes))
    dana = as_person(app, ShopClient, DANA, "admin")
    await dana.set_film_terms(film.id, terms or FilmTermsNew(coins=30, rental_coins=10))
    return film


async def notices(app: FastAPI, kind: str) -> list[dict[str, Any]]:
    """Return the notices of a kind that wait to be sent, as publisher_service would get them."""
    asked = text("SELECT payload FROM pgqueuer WHERE entrypoint = 'deliver_notice' ORDER BY id")
    async with app.state.database.reads() as session:
        found = [orjson.loads(payload)["notice"] for payload in await session.scalars(asked)]
    return [one for one in found if one["kind"] == kind]


async def as_maker(app: FastAPI, film: Film, account_id: UUID) -> None:
    """Let a film be somebody's own."""
    row = MakerShare(
        film_id=film.id,
        account_id=account_id,
        per_mille=1000,
        film_title=film.title,
        carry={},
        given_by="staff",
        given_at=clock.now(),
    )
    async with app.state.database.sessions.begin() as session:
        session.add(row)


async def bought(app: FastAPI, rail: PlainRail, who: UUID | None, **new: Any) -> Order:
    """Order and pay, as `who` or as nobody; return the order as it is then."""
    client = as_stranger(app, OrdersClient) if who is None else as_person(app, OrdersClient, who)
    return await paid(rail, client, await client.make_order(OrderNew(**new), a_key()))


async def paid(rail: PlainRail, client: OrdersClient, made: OrderMade) -> Order:
    order = await paying(client, made)
    charge = rail.of_attempt(str(order.attempts[-1].id))
    assert charge is not None
    rail.approve(charge.ref)
    return await client.look(order.id, made.secret or "")


class Away:
    """A tokens_service that does not answer."""

    def __getattr__(self, name: str) -> Any:
        async def refuse(*_: object, **__: object) -> None:
            raise Unavailable

        return refuse

    async def close(self) -> None: ...
