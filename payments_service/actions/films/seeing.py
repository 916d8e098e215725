"""What somebody has, and what they can do about a film."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller, may
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.words import AccessLevel
from kit.contracts.payments import shop as wire
from kit.contracts.payments.shop import FilmOffer, GrantState, Price, Way
from kit.contracts.payments.shop_errors import (
    GrantNotFound,
)
from kit.pages import BadCursor, decode_cursor, encode_cursor
from payments_service.actions.films.having import having, or_entitled
from payments_service.actions.tools import Tools
from payments_service.models.shop import Grant, Offer
from payments_service.queries import promotions, wallets
from payments_service.queries import shop as queries
from payments_service.rules.films import is_live, refundable_until
from payments_service.rules.ids import uuid_in

FILM, RENTAL = "film", "rental"  # kinds of orders, and of prices by country


def shown(tools: Tools, grant: Grant) -> wire.Grant:
    """Return a grant as its owner sees it: over is over, whoever notes it."""
    found = wire.Grant.model_validate(grant)
    until = refundable_until(grant, tools.settings.coin_refund_hours)
    state = GrantState(grant.state) if is_live(grant, clock.now()) else GrantState.ended
    return found.model_copy(update={"refundable_until": until, "state": state})


async def mine(session: AsyncSession, account_id: UUID | None, grant_id: UUID) -> Grant:
    """Return a grant of theirs, locked; raise GrantNotFound for anybody else's."""
    grant = await queries.grant_for_update(session, grant_id)
    if account_id is None or grant.account_id != account_id:
        raise GrantNotFound
    return grant


async def one(session: AsyncSession, tools: Tools, caller: Caller, grant_id: UUID) -> wire.Grant:
    """Return a grant to its owner and to staff; for others there is none."""
    grant = await queries.grant(session, grant_id)
    if str(grant.account_id) != caller.id and not may(caller, "money:read"):
        raise GrantNotFound
    return shown(tools, grant)


async def grants(
    session: AsyncSession, tools: Tools, account_id: UUID, cursor: str | None, limit: int
) -> wire.Grants:
    rows = await queries.grants_of(session, account_id, before(cursor), limit + 1)
    more = encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None
    return wire.Grants(items=[shown(tools, row) for row in rows[:limit]], next_cursor=more)


def before(cursor: str | None) -> UUID | None:
    if cursor is None:
        return None
    found = uuid_in(str(decode_cursor(cursor, 1)[0]))
    if found is None:
        raise BadCursor
    return found


async def offer(tools: Tools, account_id: UUID | None, ref: str, country: str | None) -> FilmOffer:
    """Return what somebody can do about a film; raise FilmNotFound."""
    film = await tools.client(CatalogClient).film(ref)
    async with tools.database.reads() as session:
        found = await having(session, film, account_id)
        told = await _offer(session, film, account_id, country)
        returning = await queries.returning(session, account_id, film.id) if account_id else None
    if returning is None:  # its code may open for a moment longer
        found = await or_entitled(found, tools, film, account_id)
    grant = shown(tools, found.grant) if found.grant else None
    values = {"owned": found.owned, "grant": grant, "returning_order_id": returning}
    return told.model_copy(update=values)


async def _offer(
    session: AsyncSession, film: Film, account_id: UUID | None, country: str | None
) -> FilmOffer:
    terms = await queries.terms(session, film.id)
    is_sold = film.access_level == AccessLevel.ppv
    rent = await _rent(session, film, terms, country) if is_sold else None
    bundles = await queries.bundles_with(session, film.id)
    balance = None
    if account_id is not None:
        balance = await wallets.balance(session, account_id, clock.now())
    return FilmOffer(
        film_id=film.id,
        slug=film.slug,
        title=film.title,
        access_level=film.access_level,
        owned=None,
        grant=None,
        buy=await _buy(session, film, terms, country) if is_sold else None,
        rent=rent,
        start_within_days=terms.start_within_days if terms and rent else None,
        finish_within_hours=terms.finish_within_hours if terms and rent else None,
        balance=balance,
        bundles=[bundle_shown(one) for one in bundles] if is_sold else [],
    )


def bundle_shown(row: object) -> wire.Bundle:
    return wire.Bundle.model_validate(row)


async def price_of(session: AsyncSession, film: Film, country: str | None) -> Price | None:
    """Return what a film costs for good, in this country."""
    own = await promotions.price_in(session, FILM, str(film.id), country)
    if own is not None:
        return Price(amount=own.amount, currency=own.currency)
    if not film.price_amount or not film.currency:
        return None
    return Price(amount=film.price_amount, currency=film.currency)


async def rental_price(
    session: AsyncSession, film: Film, terms: Offer | None, country: str | None
) -> Price | None:
    if terms is None or terms.rental_amount is None or terms.rental_currency is None:
        return None
    own = await promotions.price_in(session, RENTAL, str(film.id), country)
    if own is not None:
        return Price(amount=own.amount, currency=own.currency)
    return Price(amount=terms.rental_amount, currency=terms.rental_currency)


async def _buy(
    session: AsyncSession, film: Film, terms: Offer | None, country: str | None
) -> Way | None:
    return _way(await price_of(session, film, country), terms.coins if terms else None)


async def _rent(
    session: AsyncSession, film: Film, terms: Offer | None, country: str | None
) -> Way | None:
    price = await rental_price(session, film, terms, country)
    return _way(price, terms.rental_coins if terms else None)


def _way(price: Price | None, coins: int | None) -> Way | None:
    return Way(price=price, coins=coins) if price or coins else None
