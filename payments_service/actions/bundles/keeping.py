"""Bundles and season passes, as staff make them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.payments.errors import (
    NotForSale,
)
from kit.contracts.payments.shop import BundleChange, BundleKind, BundleNew
from kit.contracts.payments.shop_errors import (
    BundleTaken,
)
from kit.db import new_id
from kit.events import audit
from payments_service.actions.tools import Tools
from payments_service.models.shop import Bundle, BundleItem
from payments_service.queries import shop as queries

Films = Sequence[tuple[UUID, str]]


async def make(session: AsyncSession, tools: Tools, caller: Caller, new: BundleNew) -> Bundle:
    """Make a bundle of films that are there; raise FilmNotFound, BundleTaken, NotForSale."""
    films = await _films(tools, new)
    at = clock.now()
    fields = new.model_dump(exclude={"film_ids"})
    bundle = Bundle(id=new_id(), **fields, created_at=at, updated_at=at)
    bundle.items = _items(films)
    session.add(bundle)
    try:
        await session.flush()
    except IntegrityError as error:
        if "uq_bundle_season" in str(error.orig):
            raise BundleTaken from error
        raise
    told = new.model_dump(mode="json", exclude_unset=True)
    await audit(session, caller, "bundle.make", f"bundle:{bundle.id}", told)
    return bundle


async def change(
    session: AsyncSession, tools: Tools, caller: Caller, bundle_id: UUID, new: BundleChange
) -> Bundle:
    """Change what is left of it to sell; what was sold stays as it was."""
    films = await _named(tools, new.film_ids) if new.film_ids else None
    bundle = await queries.bundle(session, bundle_id, lock=True)
    given = new.model_dump(exclude_unset=True, exclude={"film_ids"})
    for name, value in given.items():
        if value is not None or name == "coins":
            setattr(bundle, name, value)
    if films is not None:
        if bundle.kind == BundleKind.season:
            raise NotForSale("The films of a season pass are those of the season.")
        bundle.items.clear()
        await session.flush()
        bundle.items.extend(_items(films))
    bundle.updated_at = clock.now()
    told = new.model_dump(mode="json", exclude_unset=True)
    await audit(session, caller, "bundle.change", f"bundle:{bundle_id}", told)
    return bundle


async def withdraw(session: AsyncSession, caller: Caller, bundle_id: UUID) -> None:
    bundle = await queries.bundle(session, bundle_id, lock=True)
    if bundle.is_on_sale:
        bundle.is_on_sale = False
        bundle.updated_at = clock.now()
        await audit(session, caller, "bundle.withdraw", f"bundle:{bundle_id}", {})


async def season_films(tools: Tools, series_id: UUID, season: int) -> Films:
    """Return the episodes of a season that the public sees."""
    series = await tools.client(CatalogClient).series(series_id)
    return [
        (episode.film.id, episode.film.title)
        for one in series.seasons
        if one.number == season
        for episode in one.episodes
    ]


async def _films(tools: Tools, new: BundleNew) -> Films:
    if new.series_id is None or new.season is None:
        return await _named(tools, new.film_ids)
    films = await season_films(tools, new.series_id, new.season)
    if not films:
        raise NotForSale("This season has no episode yet; publish the first one before.")
    return films


async def _named(tools: Tools, film_ids: Iterable[UUID]) -> Films:
    catalog = tools.client(CatalogClient)
    return [(one, (await catalog.film(one)).title) for one in dict.fromkeys(film_ids)]


def _items(films: Films) -> list[BundleItem]:
    return [
        BundleItem(film_id=film_id, title=title, position=place)
        for place, (film_id, title) in enumerate(films)
    ]
