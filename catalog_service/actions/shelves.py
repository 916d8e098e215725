"""Categories and tags: made, changed, deleted."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.shelves import Category, Tag
from catalog_service.queries import films
from catalog_service.queries import shelves as queries
from catalog_service.queries.derived import derive
from catalog_service.rules.films import free_slug, slug
from kit.auth import Caller
from kit.contracts.catalog import shelves as wire
from kit.contracts.catalog.errors import SlugTaken
from kit.db import new_id
from kit.events import audit
from kit.pages import decode_cursor, encode_cursor

COLOURS = ("#d4483b", "#c9a227", "#7a5cc7", "#2f8f7b", "#3f6fb5", "#b5527f")


async def seed_categories(session: AsyncSession, names: str) -> None:
    """Make these categories (separated by commas) where there are none at all."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if not wanted or await queries.has_categories(session):
        return
    for position, name in enumerate(wanted):
        session.add(
            Category(
                id=new_id(),
                slug=slug(name, "categorie"),
                name_fr=name,
                name_en=name,
                colour=COLOURS[position % len(COLOURS)],
                position=position,
            )
        )
    await session.flush()


async def categories(
    session: AsyncSession, *, everything: bool, cursor: str | None, limit: int
) -> wire.Categories:
    after = None
    if cursor:
        position, name = decode_cursor(cursor, 2)
        after = (films.as_kind(position, int), films.as_kind(name, str))
    rows = await queries.category_list(session, everything=everything, after=after, limit=limit + 1)
    items = [wire.Category.model_validate(dict(row)) for row in rows[:limit]]
    more = len(rows) > limit
    last = encode_cursor(items[-1].position, items[-1].slug) if more else None
    return wire.Categories(items=items, next_cursor=last)


async def create_category(
    session: AsyncSession, caller: Caller, new: wire.CategoryNew
) -> wire.Category:
    wanted = new.slug or slug(new.name_fr, "categorie")
    taken = await queries.taken_slugs(session, Category, wanted)
    if new.slug and new.slug in taken:
        raise SlugTaken(slug=new.slug)
    values = new.model_dump(exclude={"slug"})
    row = Category(id=new_id(), slug=free_slug(wanted, taken), **values)
    session.add(row)
    await session.flush()
    await audit(session, caller, "category.created", str(row.id), {"slug": row.slug})
    return wire.Category.model_validate(row)


async def change_category(
    session: AsyncSession, caller: Caller, ref: str, change: wire.CategoryChange
) -> wire.Category:
    row = await queries.category(session, ref, lock=True)
    given = {k: v for k, v in change.model_dump(exclude_unset=True).items() if v is not None}
    wanted = given.get("slug", row.slug)
    if wanted != row.slug and wanted in await queries.taken_slugs(session, Category, wanted):
        raise SlugTaken(slug=wanted)
    for name, value in given.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    if session.is_modified(row):
        await session.flush()
        await derive(session, await queries.films_on(session, row))
        await audit(session, caller, "category.changed", str(row.id), {"changed": sorted(given)})
    return wire.Category.model_validate(row)


async def delete_category(session: AsyncSession, caller: Caller, ref: str) -> None:
    row = await queries.category(session, ref, lock=True)
    concerned = await queries.films_on(session, row)
    await session.delete(row)
    await session.flush()
    await derive(session, concerned)
    await audit(session, caller, "category.deleted", str(row.id), {"slug": row.slug})


async def tags(session: AsyncSession, *, q: str, cursor: str | None, limit: int) -> wire.Tags:
    after = [films.as_kind(decode_cursor(cursor, 1)[0], str)] if cursor else None
    rows = await queries.tag_list(session, q=q, after=after, limit=limit + 1)
    items = [wire.Tag.model_validate(dict(row)) for row in rows[:limit]]
    last = encode_cursor(items[-1].slug) if len(rows) > limit else None
    return wire.Tags(items=items, next_cursor=last)


async def create_tag(session: AsyncSession, caller: Caller, new: wire.TagNew) -> wire.Tag:
    """Make a tag; where there is one of that name, return it."""
    row = (await queries.tags(session, [new.name]))[0]
    await audit(session, caller, "tag.created", str(row.id), {"name": row.name})
    return wire.Tag.model_validate(row)


async def change_tag(
    session: AsyncSession, caller: Caller, ref: str, change: wire.TagChange
) -> wire.Tag:
    row = await queries.tag(session, ref, lock=True)
    wanted = slug(change.name, "tag")
    if wanted != row.slug and wanted in await queries.taken_slugs(session, Tag, wanted):
        raise SlugTaken(slug=wanted)
    if (row.name, row.slug) != (change.name, wanted):
        row.name, row.slug = change.name, wanted
        await session.flush()
        await derive(session, await queries.films_on(session, row))
        await audit(session, caller, "tag.changed", str(row.id), {"name": row.name})
    return wire.Tag.model_validate(row)


async def delete_tag(session: AsyncSession, caller: Caller, ref: str) -> None:
    row = await queries.tag(session, ref, lock=True)
    concerned: list[UUID] = await queries.films_on(session, row)
    await session.delete(row)
    await session.flush()
    await derive(session, concerned)
    await audit(session, caller, "tag.deleted", str(row.id), {"name": row.name})
