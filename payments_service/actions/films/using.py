"""What is done with a film one has: begun, given back."""

from contextlib import suppress
from uuid import UUID

from kit import clock
from kit.contracts.payments import shop as wire
from kit.contracts.payments.shop_errors import (
    GrantNotFound,
    RentalOver,
)
from kit.events import emit
from payments_service.actions.coins import lots
from payments_service.actions.films import granting, seeing
from payments_service.actions.films.having import of_many
from payments_service.actions.films.unlocking import opened
from payments_service.actions.tools import Tools
from payments_service.queries import shop as queries
from payments_service.rules.films import begin, check_refund


async def start(tools: Tools, grant_id: UUID, account_id: UUID | None) -> wire.Grant:
    """Note the first play; without an account, whoever knows the grant may say so (a service).

    Raise GrantNotFound, RentalOver.
    """
    async with tools.database.sessions.begin() as session:
        grant = await queries.grant_for_update(session, grant_id)
        if account_id is not None and grant.account_id != account_id:
            raise GrantNotFound
        is_first = begin(grant, clock.now())
        if is_first:
            await granting.follow_later(session, grant.id)
    return seeing.shown(tools, await opened(tools, grant) if is_first else grant)


async def start_film(tools: Tools, film_id: UUID, account_id: UUID) -> None:
    """Note the first play of whatever they have of a film; nothing, where they have nothing."""
    async with tools.database.reads() as session:
        found = (await of_many(session, account_id, [film_id])).get(film_id)
    if found is not None and found.started_at is None:
        try:
            await start(tools, found.id, account_id)
        except RentalOver:  # it ended this very moment: the player is told by the catalogue
            return


async def start_by_codes(tools: Tools, film_id: UUID, new: wire.FilmStart) -> None:
    """Note the first play of what codes opened, also on a device that did not buy it."""
    async with tools.database.reads() as session:
        found = await queries.grants_of_codes(session, film_id, new.token_ids, new.account_ids)
    for grant_id in found:
        with suppress(RentalOver):
            await start(tools, grant_id, None)


async def refund(tools: Tools, grant_id: UUID, account_id: UUID) -> wire.Grant:
    """Give an unwatched film back for its coins; films that came together go back together.

    Raise GrantNotFound, WatchedAlready, RefundTooLate.
    """
    hours = tools.settings.coin_refund_hours
    async with tools.database.sessions.begin() as session:
        grant = await seeing.mine(session, account_id, grant_id)
        if grant.refunded_at is not None:
            return seeing.shown(tools, grant)
        check_refund([grant], hours, clock.now())
        assert grant.spend_id is not None  # noqa: S101  (check_refund lets pass no other)
        together = await queries.grants_of_spend_for_update(session, grant.spend_id)
        check_refund(together, hours, clock.now())
        await lots.give_back(session, grant.spend_id, grant.title, f"grant/{grant.id}")
        await granting.take_back(session, together)
        for each in together:
            await granting.follow_later(session, each.id)
        told = {"grant_id": str(grant.id), "spend_id": str(grant.spend_id), "coins": grant.coins}
        await emit(session, "FilmGivenBack", told, key=str(grant.spend_id))
    for each in together:
        await opened(tools, each)
    return seeing.shown(tools, grant)
