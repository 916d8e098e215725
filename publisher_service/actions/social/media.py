"""Pictures and clips for posts."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.playback import PlaybackNew
from kit.contracts.publisher.social import ClipNew, MediaKind, MediaState, Shape
from kit.contracts.publisher.social_errors import MediaNotFound
from kit.db import find, new_id
from kit.jobs import enqueue
from publisher_service.actions.social.press import Press, Transaction
from publisher_service.models.social import Media
from publisher_service.providers.footage import Cut, CutFailed
from publisher_service.providers.network import File, Refused
from publisher_service.providers.pictures import cleaned
from publisher_service.rules import sharing
from publisher_service.rules.footage import FILTERS, SIZES, FootageUnread, check_clip
from publisher_service.rules.parts import Part

PART = 1024**2


async def add_picture(session: AsyncSession, press: Press, content: bytes) -> Media:
    picture = await cleaned(content)
    media_id = new_id()
    path = f"social/{media_id}.jpg"
    await press.storage.put(path, picture.content)
    media = Media(
        id=media_id,
        kind=MediaKind.picture,
        state=MediaState.ready,
        path=path,
        media_type="image/jpeg",
        byte_count=len(picture.content),
        width=picture.width,
        height=picture.height,
        created_at=clock.now(),
    )
    session.add(media)
    await session.flush()
    return media


async def cut_clip(
    session: AsyncSession, catalog: CatalogClient, caller: Caller, new: ClipNew
) -> Media:
    """Have a clip cut from a film, which the caller must be allowed to see."""
    asked = PlaybackNew(preview=True, kind="native")
    grant = await catalog.acting(caller.token).play_film(new.film_id, asked)
    check_clip(new.from_seconds, new.to_seconds, grant.duration_seconds)
    width, height = SIZES[new.shape]
    media = Media(
        kind=MediaKind.clip,
        state=MediaState.queued,
        cut={**new.model_dump(mode="json"), "playlist_url": grant.playlist_url},
        media_type="video/mp4",
        width=width,
        height=height,
        seconds=new.to_seconds - new.from_seconds,
        created_at=clock.now(),
    )
    session.add(media)
    await session.flush()
    await enqueue(session, "cut_clip", {"media_id": str(media.id)})
    return media


async def cut(transaction: Transaction, press: Press, media_id: UUID) -> None:
    """Cut a clip; what cannot be cut is said. Raise Away, Lost, Slow: worth another try."""
    async with transaction() as session:
        media = await session.get(Media, media_id)
        if media is None or media.state != MediaState.queued or media.cut is None:
            return
        wanted = media.cut
    asked = Cut(
        wanted["playlist_url"],
        wanted["from_seconds"],
        wanted["to_seconds"],
        FILTERS[Shape(wanted["shape"])],
    )
    try:
        async with press.scissors.clip(asked) as file:
            size, path = file.stat().st_size, f"social/{media_id}.mp4"
            await press.storage.put(path, file)
    except (CutFailed, FootageUnread, Refused) as trouble:
        await fail(transaction, media_id, f"The clip could not be cut: {trouble}.")
        return
    async with transaction() as session:
        media = await session.get_one(Media, media_id, with_for_update=True)
        media.state, media.path, media.byte_count = MediaState.ready, path, size
        media.cut = {key: value for key, value in wanted.items() if key != "playlist_url"}


async def fail(transaction: Transaction, media_id: UUID, trouble: str) -> None:
    async with transaction() as session:
        abandon(await session.get_one(Media, media_id, with_for_update=True), trouble)


def abandon(media: Media, trouble: str) -> None:
    media.state, media.trouble = MediaState.failed, trouble[:500]


async def see(session: AsyncSession, media_id: UUID) -> Media:
    return await find(session, Media, media_id, MediaNotFound)


async def content(press: Press, media: Media, part: Part | None = None) -> bytes:
    """Return the file, or a part of it, of what is ready; raise MediaNotFound."""
    if media.path is None:
        raise MediaNotFound
    try:
        if part is None:
            return await press.storage.whole(media.path)
        return await press.storage.part(media.path, part.start, part.length)
    except FileNotFoundError as error:
        raise MediaNotFound from error


async def shared(
    session: AsyncSession, press: Press, media_id: UUID, until: int, signature: str
) -> File:
    """Return a file that a network was told the address of; raise MediaNotFound."""
    if not sharing.is_shared(press.sharing_key, media_id, until, signature, clock.now()):
        raise MediaNotFound
    found = press.file(await see(session, media_id), until)
    if found is None:
        raise MediaNotFound
    return found


async def parts(file: File) -> AsyncIterator[bytes]:
    """Yield a file in parts, so that a long clip is never in memory whole."""
    for start in range(0, file.byte_count, PART):
        yield await file.read(start, min(PART, file.byte_count - start))
