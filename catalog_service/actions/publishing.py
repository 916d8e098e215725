"""Films shown and withdrawn, by people and by the clock."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.actions.library import take_over
from catalog_service.models.films import Film
from catalog_service.queries import films as queries
from catalog_service.queries.derived import derive
from catalog_service.rules import films as rules
from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.changes import Publication
from kit.contracts.catalog.errors import NotYetPlayable, WindowClosesFirst
from kit.contracts.catalog.words import FilmStatus
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import VideoNotFound
from kit.events import audit, emit

BATCH = 500
CLOCK = Caller("service", id="catalog_service", name="catalog_service")


async def publish(
    session: AsyncSession,
    caller: Caller,
    library: VideoLibraryClient,
    ref: str,
    when: Publication,
) -> UUID:
    """Show the film now, or from `opens_at` on; asked twice, done once.

    What we know of its video may be old, so an unplayable one is read again first.
    """
    film = await queries.film(session, ref)
    if film.video_guid and not rules.is_playable(film):
        await refresh(session, library, film.video_guid)
    film = await queries.film(session, film.id, lock=True)
    rules.check_publication(film)
    before = (film.status, film.opens_at, film.closes_at)
    if "opens_at" in when.model_fields_set:
        film.opens_at = when.opens_at
    if "closes_at" in when.model_fields_set:
        film.closes_at = when.closes_at
    now = clock.now()
    if film.closes_at is not None and film.closes_at <= now:
        raise WindowClosesFirst("The film would be over already; set closes_at in the future.")
    film.status = rules.status_at(film, now)
    if before == (film.status, film.opens_at, film.closes_at):
        return film.id
    await _show(session, caller, film, now)
    return film.id


async def withdraw(session: AsyncSession, caller: Caller, ref: str) -> UUID:
    film = await queries.film(session, ref, lock=True)
    if film.status in rules.SHOWN:
        await take_down(session, caller, film)
    return film.id


async def take_down(session: AsyncSession, caller: Caller, film: Film) -> None:
    film.status = FilmStatus.withdrawn
    film.updated_at = clock.now()
    await derive(session, [film.id])
    await audit(session, caller, "film.withdrawn", str(film.id), {"title": film.title})


async def follow_clock(session: AsyncSession) -> int:
    """Give scheduled and ending films the status that the clock gives them; return how many."""
    now = clock.now()
    due = or_(
        (Film.status == FilmStatus.scheduled) & (Film.opens_at <= now),
        Film.status.in_(rules.SHOWN) & (Film.closes_at <= now),
    )
    chosen = select(Film).where(due).order_by(Film.id).limit(BATCH)
    films = list(await session.scalars(chosen.with_for_update(skip_locked=True)))
    for film in films:
        film.status = rules.status_at(film, now)
        if film.status == FilmStatus.withdrawn:
            await take_down(session, CLOCK, film)
        else:
            await _show(session, CLOCK, film, now)
    return len(films)


async def refresh(session: AsyncSession, library: VideoLibraryClient, guid: str) -> None:
    """Read a video again, now."""
    read_at = clock.now()
    try:
        video = await library.get_video(guid)
    except VideoNotFound as error:
        raise NotYetPlayable("The video library does not know this video.") from error
    await take_over(session, library, [video], read_at)


async def _show(session: AsyncSession, caller: Caller, film: Film, now: datetime) -> None:
    rules.check_film(film)
    is_open = film.status == FilmStatus.published
    if not is_open:
        film.published_at = film.opens_at
    elif film.published_at is None or film.published_at > now:
        film.published_at = max(film.opens_at or now, film.created_at)
    film.updated_at = now
    film.origin = "admin"
    await derive(session, [film.id])
    await audit(session, caller, f"film.{film.status}", str(film.id), {"title": film.title})
    if is_open:
        payload = {"film_id": str(film.id), "slug": film.slug, "title": film.title}
        await emit(session, "FilmPublished", payload, key=str(film.id))
