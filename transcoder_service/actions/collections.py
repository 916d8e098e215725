"""What can be done with collections of videos."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.transcoder import wire
from transcoder_service import models
from transcoder_service.queries import videos as queries
from transcoder_service.rules import shown
from transcoder_service.rules.listing import Asked

NOTHING = (0, 0)


async def list_collections(
    session: AsyncSession, asked: Asked, library_id: int
) -> wire.Collections:
    rows, total = await queries.collections(session, asked)
    sizes = await queries.collection_sizes(session, [row.id for row in rows])
    return wire.Collections(
        total_items=total,
        current_page=asked.page,
        items_per_page=asked.items_per_page,
        items=[shown.collection(row, sizes.get(row.id, NOTHING), (), library_id) for row in rows],
    )


async def collection(session: AsyncSession, collection_id: str, library_id: int) -> wire.Collection:
    row = await queries.collection(session, collection_id)
    sizes = await queries.collection_sizes(session, [row.id])
    previews = await _previews(session, row.id)
    return shown.collection(row, sizes.get(row.id, NOTHING), previews, library_id)


async def create_collection(
    session: AsyncSession, change: wire.CollectionChange, library_id: int
) -> wire.Collection:
    made = models.Collection(name=_name(change))
    session.add(made)
    await session.flush()
    return shown.collection(made, NOTHING, (), library_id)


async def update_collection(
    session: AsyncSession, collection_id: str, change: wire.CollectionChange
) -> None:
    row = await queries.collection(session, collection_id, lock=True)
    row.name = _name(change)


async def delete_collection(session: AsyncSession, collection_id: str) -> None:
    """Delete a collection; its videos stay, and belong to none."""
    await session.delete(await queries.collection(session, collection_id, lock=True))


async def _previews(session: AsyncSession, collection_id: UUID) -> Sequence[str]:
    return [str(video.id) for video in await queries.previews(session, collection_id)]


def _name(change: wire.CollectionChange) -> str:
    name = (change.name or "").strip()
    if not name:
        raise wire.VideoRefused("Give the collection a name.")
    return name
