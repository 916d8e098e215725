"""The rails of the home page, and the home page itself."""

from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models import shelves as rows
from catalog_service.queries import films, shelves
from catalog_service.queries import rails as queries
from catalog_service.rules.films import check_rail, free_slug, slug
from kit.auth import Caller
from kit.contracts.catalog.errors import SlugTaken
from kit.contracts.catalog.shelves import (
    Rail,
    RailChange,
    RailKind,
    RailNew,
    RailOrder,
    Rails,
)
from kit.db import new_id
from kit.events import audit

HEROES = 5


async def home(session: AsyncSession, max_age: int | None) -> bytes:
    """Return the whole home page, encoded. Without a hero rail the newest films are the heroes."""
    shelved: list[bytes] = []
    heroes: list[bytes] = []
    for rail in await queries.rails(session):
        if rail.is_hidden:
            continue
        found = await queries.shown(session, rail, max_age)
        if rail.kind == RailKind.hero:
            heroes += await films.json(session, [row.id for row in found])
        elif found:
            shelved.append(_shelf(rail, [row.card for row in found]))
    if not heroes:
        newest = await films.newest(session, HEROES, max_age)
        heroes = await films.json(session, newest)
    return b'{"hero":[%s],"rails":[%s]}' % (b",".join(heroes), b",".join(shelved))


async def listed(session: AsyncSession) -> Rails:
    picked = await queries.picked(session)
    found = await queries.rails(session)
    return Rails(items=[_wire(rail, picked.get(rail.id, [])) for rail in found])


async def create(session: AsyncSession, caller: Caller, new: RailNew) -> Rail:
    check_rail(new.kind, new.reference)
    wanted = new.slug or slug(new.title_fr, "rail")
    taken = await shelves.taken_slugs(session, rows.Rail, wanted)
    if new.slug and new.slug in taken:
        raise SlugTaken(slug=new.slug)
    position = await queries.next_position(session) if new.position is None else new.position
    rail = rows.Rail(
        id=new_id(),
        slug=free_slug(wanted, taken),
        position=position,
        **new.model_dump(exclude={"slug", "position", "film_ids"}),
    )
    session.add(rail)
    await session.flush()
    await queries.pick(session, rail.id, new.film_ids)
    await audit(session, caller, "rail.created", str(rail.id), {"slug": rail.slug})
    return await _one(session, rail)


async def change(session: AsyncSession, caller: Caller, ref: str, change: RailChange) -> Rail:
    rail = await queries.rail(session, ref)
    given = {k: v for k, v in change.model_dump(exclude_unset=True).items() if v is not None}
    chosen = given.pop("film_ids", None)
    wanted = given.get("slug", rail.slug)
    if wanted != rail.slug and wanted in await shelves.taken_slugs(session, rows.Rail, wanted):
        raise SlugTaken(slug=wanted)
    check_rail(given.get("kind", rail.kind), given.get("reference", rail.reference))
    for name, value in given.items():
        setattr(rail, name, value)
    await session.flush()
    if chosen is not None:
        await queries.pick(session, rail.id, chosen)
    await audit(session, caller, "rail.changed", str(rail.id), {"changed": sorted(given)})
    return await _one(session, rail)


async def delete(session: AsyncSession, caller: Caller, ref: str) -> None:
    rail = await queries.rail(session, ref)
    await session.delete(rail)
    await audit(session, caller, "rail.deleted", str(rail.id), {"slug": rail.slug})


async def order(session: AsyncSession, caller: Caller, order: RailOrder) -> Rails:
    """Put the rails into this order; those not named keep theirs, after the others."""
    found = {rail.id: rail for rail in await queries.rails(session)}
    named = [found[each] for each in dict.fromkeys(order.ids) if each in found]
    others = [rail for rail in found.values() if rail not in named]
    for position, rail in enumerate([*named, *others]):
        rail.position = position
    await session.flush()
    await audit(session, caller, "rails.ordered")
    return await listed(session)


async def _one(session: AsyncSession, rail: rows.Rail) -> Rail:
    return _wire(rail, (await queries.picked(session)).get(rail.id, []))


def _wire(rail: rows.Rail, film_ids: list[UUID]) -> Rail:
    values = {name: getattr(rail, name, None) for name in Rail.model_fields}
    return Rail.model_validate({**values, "film_ids": film_ids})


def _shelf(rail: rows.Rail, cards: list[str]) -> bytes:
    head = orjson.dumps({
        "slug": rail.slug, "title_fr": rail.title_fr, "title_en": rail.title_en,
        "kind": rail.kind, "reference": rail.reference,
    })  # fmt: skip
    return b'%s,"items":[%s]}' % (head[:-1], ",".join(cards).encode())
