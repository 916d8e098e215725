"""Having a film for coins: paid and written down in one transaction, open in the same request.

Should tokens_service be away, the film is theirs all the same, and a job opens it soon.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.words import AccessLevel
from kit.contracts.payments.shop import GrantKind, Owned, Unlocked
from kit.contracts.payments.shop_errors import (
    NotForCoins,
)
from kit.db import new_id
from kit.errors import AppError
from kit.events import emit
from payments_service.actions.coins.spending import Asked, Spent, Terms, spend
from payments_service.actions.films import access, granting, seeing
from payments_service.actions.films.granting import Giving, Window
from payments_service.actions.films.having import Having, having, or_entitled
from payments_service.actions.tools import Tools
from payments_service.models.shop import Grant, Offer
from payments_service.queries import shop as queries
from payments_service.queries import wallets

INCOME = {GrantKind.own: "films", GrantKind.rental: "rentals"}
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    grant: Grant | None
    charged: int
    balance: int


async def unlock(tools: Tools, account_id: UUID, film_id: UUID, kind: GrantKind) -> Unlocked:
    """Let an account have a film for coins, for good or rented.

    Raise FilmNotFound, NotForCoins, NotEnoughCoins. Nothing is charged for what they have.
    """
    film = await tools.client(CatalogClient).film(film_id)
    async with tools.database.reads() as session:
        found = await having(session, film, account_id)
    found = await or_entitled(found, tools, film, account_id)
    wants_more = kind is GrantKind.own and _is_rented(found)
    if found.owned is not None and not wants_more:
        outcome = await _without_paying(tools, film, account_id, found)
    else:
        outcome = await _pay(tools, film, account_id, kind)
    grant = await opened(tools, outcome.grant) if outcome.grant else None
    shown = seeing.shown(tools, grant) if grant else None
    return Unlocked(film_id=film.id, grant=shown, charged=outcome.charged, balance=outcome.balance)


async def opened(tools: Tools, grant: Grant) -> Grant:
    """Open what was given, now if it can be; return the grant as it is then."""
    try:
        return await access.follow(tools, grant.id)
    except AppError as error:
        logger.warning("a film is opened later: %s", error, extra={"grant_id": str(grant.id)})
        return grant


async def _without_paying(tools: Tools, film: Film, account_id: UUID, found: Having) -> Outcome:
    """Return what they have; makers are given their own film, to watch it like anybody."""
    async with tools.database.sessions.begin() as session:
        grant = found.grant
        if found.owned is Owned.maker and grant is None:
            key = f"maker:{film.id}:{account_id}:{new_id()}"
            await granting.give(session, tools, Giving(account_id, film.id, film.title, key))
            again = await having(session, film, account_id)
            grant = again.grant
        balance = await wallets.balance(session, account_id, clock.now())
    return Outcome(grant, 0, balance)


async def _pay(tools: Tools, film: Film, account_id: UUID, kind: GrantKind) -> Outcome:
    async with tools.database.sessions.begin() as session:
        terms = await queries.terms(session, film.id)
        price = price_of(film, terms, kind)
        key = f"coins:{new_id()}"
        window = window_of(tools, terms) if kind is GrantKind.rental else None
        giving = Giving(account_id, film.id, film.title, key, window, coins=price)
        grant = await granting.give(session, tools, giving)
        if grant is None:  # another request of theirs was quicker
            again = await having(session, film, account_id)
            balance = await wallets.balance(session, account_id, clock.now())
            return Outcome(again.grant, 0, balance)
        spent = await _spend(session, tools, giving, INCOME[kind])
        grant.spend_id = spent.id
        await session.flush()
        await tell(session, grant, spent)
    return Outcome(grant, price, spent.balance)


async def _spend(session: AsyncSession, tools: Tools, giving: Giving, what: str) -> Spent:
    assert giving.account_id is not None  # noqa: S101  (coins are an account's)
    asked = Asked(
        account_id=giving.account_id,
        key=giving.key,
        amount=giving.coins,
        subject=f"film:{giving.film_id}",
        title=giving.title,
        what=what,
    )
    return await spend(session, asked, Terms.of(tools))


async def tell(session: AsyncSession, grant: Grant, spent: Spent) -> None:
    told = {
        "grant_id": str(grant.id),
        "spend_id": str(spent.id),
        "account_id": str(spent.account_id),
        "film_id": str(grant.film_id),
        "kind": grant.kind,
        "coins": spent.amount,
    }
    await emit(session, "FilmUnlocked", told, key=str(grant.id))


def price_of(film: Film, terms: Offer | None, kind: GrantKind) -> int:
    """Return what a film costs in coins; raise NotForCoins."""
    coins = terms and (terms.coins if kind is GrantKind.own else terms.rental_coins)
    if film.access_level != AccessLevel.ppv or not coins:
        raise NotForCoins
    return coins


def window_of(tools: Tools, terms: Offer | None) -> Window:
    settings = tools.settings
    if terms is None:
        return Window(settings.rental_start_days, settings.rental_finish_hours)
    return Window(terms.start_within_days, terms.finish_within_hours)


def _is_rented(found: Having) -> bool:
    grant = found.grant
    return found.owned is Owned.grant and grant is not None and grant.kind == GrantKind.rental
