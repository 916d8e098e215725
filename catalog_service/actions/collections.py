"""Series here are collections there; whoever changed a name last has the last word."""

from collections.abc import Collection as Some
from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.shelves import Series
from catalog_service.queries import library as queries
from catalog_service.queries import shelves
from catalog_service.queries.derived import derive
from catalog_service.rules import library as rules
from catalog_service.rules.films import slug
from kit import clock
from kit.contracts.catalog.errors import SeriesNotFound
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import Collection, CollectionNotFound, Video
from kit.db import new_id


async def names(
    session: AsyncSession, library: VideoLibraryClient, videos: Some[Video]
) -> dict[str, str]:
    """Return the names of the videos' collections; those that are gone are left out."""
    wanted = {video.collection_id for video in videos if video.collection_id}
    known = await queries.series_of(session, wanted)
    found = {guid: str(each.collection_name or each.title) for guid, each in known.items()}
    for guid in sorted(wanted - known.keys()):
        try:
            found[guid] = (await library.get_collection(guid)).name or ""
        except CollectionNotFound:
            continue
    return found


async def series(session: AsyncSession, named: Mapping[str, str]) -> dict[str, Series]:
    """Return the series of these collections, making those that are new."""
    known = await queries.series_of(session, named.keys())
    for guid in sorted(named.keys() - known.keys()):
        title = rules.line(named[guid]) or rules.UNTITLED
        wanted = slug(title, "serie")
        taken = await shelves.taken_slugs(session, Series, wanted)
        known[guid] = Series(
            id=new_id(),
            slug=f"{wanted}-{rules.tail(guid)}" if taken else wanted,
            title=title,
            collection_guid=guid,
            collection_name=title,
            created_at=clock.now(),
            updated_at=clock.now(),
        )
        session.add(known[guid])
        await session.flush()
    return known


async def take_over(
    session: AsyncSession, library: VideoLibraryClient, found: Sequence[Collection]
) -> None:
    """Bring the names of known collections and their series together."""
    named = {each.guid: rules.line(each.name or "") for each in found if each.guid and each.name}
    for guid, one in (await queries.series_of(session, named.keys())).items():
        if named[guid] in {one.collection_name, one.title} and one.collection_name == one.title:
            continue
        title = rules.merged(one.collection_name or "", one.title, named[guid])
        if title != named[guid]:
            await library.update_collection(guid, title)
        one.collection_name = title
        if title != one.title:
            one.title, one.updated_at = title, clock.now()
            await derive(session, await shelves.films_on(session, one))


async def settle(
    session: AsyncSession, library: VideoLibraryClient, series_id: UUID | None
) -> None:
    """Give the series a collection: one of its name that no other series has, or a new one."""
    if series_id is None:
        return
    one = await shelves.series(session, series_id, lock=True)
    if one.collection_guid:
        return
    same = await library.list_collections(search=one.title)
    free = [each.guid for each in same.items or () if each.guid and each.name == one.title]
    free = [guid for guid in free if guid not in await queries.series_of(session, free)]
    guid = free[0] if free else (await library.create_collection(one.title)).guid
    one.collection_guid, one.collection_name = guid, one.title
    await session.flush()


async def push(session: AsyncSession, library: VideoLibraryClient, series_id: UUID) -> None:
    """Tell the library the name of a series that was changed here."""
    try:
        one = await shelves.series(session, series_id, lock=True)
    except SeriesNotFound:
        return
    if one.collection_guid and one.collection_name != one.title:
        try:
            await library.update_collection(one.collection_guid, one.title)
        except CollectionNotFound:
            one.collection_guid = None
        one.collection_name = one.title
