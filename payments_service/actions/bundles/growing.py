"""Season passes follow their season: what is published later opens for who has one."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.payments.shop import GrantState
from kit.errors import AppError
from payments_service.actions.bundles.keeping import Films, season_films
from payments_service.actions.films import granting
from payments_service.actions.films.granting import Giving
from payments_service.actions.tools import Tools
from payments_service.models.shop import Bundle, BundleItem, Grant
from payments_service.queries import orders
from payments_service.queries import shop as queries
from payments_service.rules.films import end


@dataclass(frozen=True, slots=True)
class Season:
    bundle_id: UUID
    series_id: UUID
    number: int


async def grow(tools: Tools) -> int:
    """Look at every season that is sold; return how many films were added for somebody."""
    async with tools.database.reads() as session:
        passes = [
            Season(one.id, one.series_id, one.season)
            for one in await queries.season_passes(session)
            if one.series_id is not None and one.season is not None
        ]
    count = 0
    for season in passes:
        try:
            films = await season_films(tools, season.series_id, season.number)
        except AppError:  # gone, or the catalogue is away: it is looked at again
            continue
        async with tools.database.sessions.begin() as session:
            count += await extend(session, tools, season.bundle_id, films)
    return count


async def extend(session: AsyncSession, tools: Tools, bundle_id: UUID, films: Films) -> int:
    """Add the films that a pass has not yet, for whoever has the pass; each is given once."""
    bundle = await queries.bundle(session, bundle_id, lock=True)
    new = _add(bundle, films)
    if not new:
        return 0
    holders = await queries.holders(session, bundle.id)
    count = 0
    for holder in holders:
        for film_id, title in new:
            count += await _give(session, tools, holder, film_id, title)
    await session.flush()
    return count


async def _give(
    session: AsyncSession, tools: Tools, holder: Grant, film_id: UUID, title: str
) -> bool:
    """Give a film to who has the pass; closed, while the pass's money is on its way back."""
    order = None
    if holder.order_id is not None and holder.state == GrantState.ended:
        order = await orders.order_for_update(session, holder.order_id)
        if order.refunded_amount >= order.amount:
            return False  # it arrived this very moment
    given = await granting.give(session, tools, _giving(holder, film_id, title))
    if given is not None and order is not None and order.held_at is not None:
        end(given, order.held_at)
    return given is not None


def _add(bundle: Bundle, films: Films) -> Films:
    known = {item.film_id for item in bundle.items}
    new = [(film_id, title) for film_id, title in films if film_id not in known]
    for place, (film_id, title) in enumerate(new, len(bundle.items)):
        bundle.items.append(BundleItem(film_id=film_id, title=title, position=place))
    return new


def _giving(holder: Grant, film_id: UUID, title: str) -> Giving:
    paid = f"order:{holder.order_id}" if holder.order_id else f"spend:{holder.spend_id}"
    return Giving(
        account_id=holder.account_id,
        film_id=film_id,
        title=title,
        key=f"{paid}:{film_id}",
        order_id=holder.order_id,
        spend_id=holder.spend_id,
        bundle_id=holder.bundle_id,
    )
