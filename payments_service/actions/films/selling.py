"""Selling films for money: orders of the kinds `film` and `rental`, their subject the film."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller, seal
from kit.clock import now
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.words import AccessLevel
from kit.contracts.payments.errors import NotForSale, OwnedAlready, OwnFilm
from kit.contracts.payments.orders import OrderNew
from kit.contracts.payments.shop import GrantKind, GrantState, Owned, Price
from kit.contracts.tokens import TokensClient
from kit.events import NOTICE, notify
from payments_service.actions.films import access, granting, returning, seeing
from payments_service.actions.films.granting import Giving, Window
from payments_service.actions.films.having import Having, having, or_entitled
from payments_service.actions.films.unlocking import window_of
from payments_service.actions.orders.seeing import account_of
from payments_service.actions.orders.sellers import Quote
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.models.shop import Grant, Offer
from payments_service.queries import shop as queries
from payments_service.rules.accounts import income
from payments_service.rules.films import end, reopen
from payments_service.rules.ids import uuid_in
from payments_service.rules.journals import Leg
from payments_service.rules.taxes import tax_within

WORDS = {"fr": "location", "en": "rental"}


class FilmSeller:
    """One film, for good or rented; for who has no account, a code opens it."""

    def __init__(self, kind: GrantKind) -> None:
        self.kind = kind

    async def quote(
        self, session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller
    ) -> Quote:
        """Return the price; raise FilmNotFound, NotForSale, OwnFilm, OwnedAlready."""
        film_id = uuid_in(asked.subject)
        if film_id is None or asked.quantity != 1:
            raise NotForSale
        film = await tools.client(CatalogClient).film(film_id)
        account_id = account_of(caller)
        found = await having(session, film, account_id)
        check(await or_entitled(found, tools, film, account_id), self.kind)
        terms = await queries.terms(session, film.id)
        price = await self._price(session, film, terms, asked.country)
        if film.access_level != AccessLevel.ppv or price is None:
            raise NotForSale
        return self._quote(tools, asked, film, price, terms)

    def credits(self, order: Order) -> list[Leg]:
        what = "films" if self.kind is GrantKind.own else "rentals"
        return [(income(what, order.currency), -order.amount)] if order.amount else []

    async def fulfil(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        film_id = UUID(order.subject)
        window = None
        if self.kind is GrantKind.rental:
            window = Window(int(order.details["days"]), int(order.details["hours"]))
        (grant,) = await give_all(
            session, tools, order, {film_id: str(order.details["title"])}, window
        )
        order.given = {"film_id": str(film_id), **_code(order, grant)}
        if grant is not None and grant.expires_at is not None:
            order.given["expires_at"] = grant.expires_at.isoformat()
        if grant is not None and order.account_id is None and order.email:
            await _mail_code(session, tools, order, grant)

    async def take_back(
        self, session: AsyncSession, tools: Tools, order: Order, refunded: int
    ) -> None:
        await take_all_back(session, order, refunded)

    async def hold(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await hold_all(session, order)

    async def release(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await release_all(session, order)

    async def give_again(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        for grant in await returning.give_again(session, tools, order):
            if grant.account_id is None:
                order.given = {**order.given, **_code(order, grant)}
                if order.email:
                    await _mail_code(session, tools, order, grant)

    async def lapse(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Nothing was kept for it."""

    async def _price(
        self, session: AsyncSession, film: Film, terms: Offer | None, country: str | None
    ) -> Price | None:
        if self.kind is GrantKind.own:
            return await seeing.price_of(session, film, country)
        return await seeing.rental_price(session, film, terms, country)

    def _quote(
        self, tools: Tools, asked: OrderNew, film: Film, price: Price, terms: Offer | None
    ) -> Quote:
        details: dict[str, Any] = {"film_id": str(film.id), "title": film.title}
        title = film.title
        if self.kind is GrantKind.rental:
            window = window_of(tools, terms)
            details |= {"days": window.start_within_days, "hours": window.finish_within_hours}
            title = f"{film.title} · {WORDS[asked.locale]}"
        return Quote(
            title=title,
            list_amount=price.amount,
            currency=price.currency,
            tax_amount=tax_within(price.amount, tools.settings.tax_percent),
            details=details,
        )


def check(found: Having, kind: GrantKind) -> None:
    """Raise OwnFilm, OwnedAlready; who rents a film may still buy it, public films cost nothing."""
    if found.owned is Owned.maker:
        raise OwnFilm
    if found.owned is Owned.public:
        raise NotForSale
    is_rented = found.grant is not None and found.grant.kind == GrantKind.rental
    if found.owned is not None and not (is_rented and kind is GrantKind.own):
        raise OwnedAlready


async def give_all(
    session: AsyncSession,
    tools: Tools,
    order: Order,
    films: dict[UUID, str],
    window: Window | None = None,
    bundle_id: UUID | None = None,
) -> list[Grant | None]:
    """Give films (by id, with their titles) for an order, each once, and open them.

    None stands for a film that they had already. Raises Unavailable while tokens_service is away:
    who pays without an account waits for the code.
    """
    tokens = tools.client(TokensClient)
    grants = []
    for film_id, title in films.items():
        key = f"order:{order.id}:{film_id}"
        giving = Giving(
            account_id=order.account_id,
            film_id=film_id,
            title=title,
            key=key,
            window=window,
            order_id=order.id,
            bundle_id=bundle_id,
            at=order.paid_at or order.created_at,
        )
        grant = await granting.give(session, tools, giving)
        grant = grant or await queries.grant_of_key(session, key)
        if grant is not None and grant.token_id is None:
            access.note(grant, await access.opened(tokens, grant))
        grants.append(grant)
    await session.flush()
    return grants


async def take_all_back(session: AsyncSession, order: Order, refunded: int) -> None:
    """End what an order gave, once the whole was refunded."""
    if refunded >= order.amount:
        found: Sequence[Grant] = await queries.grants_of_order_for_update(session, order.id)
        await granting.take_back(session, found)
        await granting.follow_now(session, found)


async def hold_all(session: AsyncSession, order: Order) -> None:
    """Close what an order gave while its money is on its way back."""
    found = await queries.grants_of_order_for_update(session, order.id)
    live = [grant for grant in found if grant.state != GrantState.ended]
    for grant in live:
        end(grant, order.held_at or now())
    await granting.follow_now(session, live)


async def release_all(session: AsyncSession, order: Order) -> None:
    """Open again what was closed; what they have bought anew meanwhile is theirs by that."""
    at = now()
    found = await queries.held_grants_for_update(session, order)
    for grant in found:
        if not await _is_bought_anew(session, grant, at):
            reopen(grant, at)
            await session.flush()
    await granting.follow_now(session, found)


async def _is_bought_anew(session: AsyncSession, grant: Grant, at: datetime) -> bool:
    if grant.account_id is None:
        return False
    await queries.end_over(session, at, grant.account_id)
    live = await queries.live_grants(session, grant.account_id, [grant.film_id])
    return any(one.kind == grant.kind for one in live)


def _code(order: Order, grant: Grant | None) -> dict[str, str]:
    """Return what opens the film for who has no account, and by which its first play is told."""
    if grant is None or order.account_id is not None:
        return {}
    return {"code": grant.code, "grant_id": str(grant.id)}


async def _mail_code(session: AsyncSession, tools: Tools, order: Order, grant: Grant) -> None:
    """Send the code to who has no account; it opens the film, so it travels sealed."""
    values = {"title": grant.title, "url": f"{tools.home}/films/{grant.film_id}"}
    sealed = seal(tools.secret, NOTICE, {"code": grant.code})
    await notify(session, "film.code", order.email, values, locale=order.locale, sealed=sealed)
