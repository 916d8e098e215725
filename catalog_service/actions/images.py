"""Posters and backdrops, in a few widths; a video's thumbnail where there is no poster."""

from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.models.films import Film, Image
from catalog_service.models.shelves import Series
from catalog_service.providers.delivery import DeliveryClient
from catalog_service.providers.pictures import resize
from catalog_service.providers.storage import Storage
from catalog_service.queries import films, shelves
from catalog_service.queries.derived import FRAME_WIDTHS, derive
from catalog_service.rules.films import is_shown
from catalog_service.rules.playback import Delivery, frame_name, frame_url
from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.errors import ImageNotFound
from kit.db import new_id
from kit.errors import AppError
from kit.events import audit
from kit.jobs import enqueue

WIDTHS = (160, 320, 480, 780, 1280, 1920)
Place = Literal["poster", "backdrop"]


async def set_on_film(
    session: AsyncSession,
    storage: Storage,
    caller: Caller,
    ref: str,
    place: Place,
    content: bytes | None,
) -> UUID:
    """Put a picture (None: take it away) on a film."""
    image = await _store(session, storage, content) if content is not None else None
    film = await films.film(session, ref, lock=True)
    await _swap(session, film, place, image)
    await derive(session, [film.id])
    await audit(session, caller, f"film.{place}", str(film.id), {"image_id": str(image)})
    return film.id


async def set_on_series(
    session: AsyncSession,
    storage: Storage,
    caller: Caller,
    ref: str,
    place: Place,
    content: bytes | None,
) -> UUID:
    image = await _store(session, storage, content) if content is not None else None
    series = await shelves.series(session, ref, lock=True)
    await _swap(session, series, place, image)
    await audit(session, caller, f"series.{place}", str(series.id), {"image_id": str(image)})
    return series.id


async def picture(storage: Storage, image_id: UUID, width: int) -> bytes:
    found = await storage.get(f"images/{image_id}/{width}.webp")
    if found is None:
        raise ImageNotFound
    return found


async def shown_film_of_frame(session: AsyncSession, name: str) -> tuple[Film, bool]:
    """Return the film whose thumbnail has this name, and whether the public sees the film."""
    film_id = films.as_id(name[:36])
    film = await films.film_or_none(session, film_id) if film_id else None
    if film is None or frame_name(film) != name:
        raise ImageNotFound
    return film, is_shown(film, clock.now())


async def frame(
    storage: Storage, client: DeliveryClient, delivery: Delivery, film: Film, width: int
) -> bytes:
    """Return the video's thumbnail in that width; the first time it is fetched and made smaller."""
    path = f"frames/{frame_name(film)}"
    found = await storage.get(f"{path}/{width}.webp")
    if found is not None:
        return found
    address = frame_url(film, delivery, clock.now())
    if address is None or width not in FRAME_WIDTHS:
        raise ImageNotFound
    try:
        content = await client.fetch(address)
    except AppError as error:
        raise ImageNotFound("The video library has no such picture now.") from error
    if content is None:
        raise ImageNotFound
    made = await resize(content, FRAME_WIDTHS)
    largest = made.files[max(made.files)]
    for each in FRAME_WIDTHS:
        await storage.put(f"{path}/{each}.webp", made.files.get(each, largest))
    return made.files.get(width, largest)


async def _store(session: AsyncSession, storage: Storage, content: bytes) -> UUID:
    """Store the files, then the row: a row never names files that are not there."""
    made = await resize(content, WIDTHS)
    image = Image(
        id=new_id(),
        widths=sorted(made.files),
        width=made.width,
        height=made.height,
        created_at=clock.now(),
    )
    for width, file in made.files.items():
        await storage.put(f"images/{image.id}/{width}.webp", file)
    session.add(image)
    await session.flush()
    return image.id


async def _swap(
    session: AsyncSession, owner: Film | Series, place: Place, image: UUID | None
) -> None:
    old: UUID | None = getattr(owner, f"{place}_id")
    setattr(owner, f"{place}_id", image)
    owner.updated_at = clock.now()
    await session.flush()
    if old is not None:
        await films.delete_image(session, old)
        # Pages that were sent a moment ago still name the old files.
        await enqueue(session, "drop_images", {"ids": [str(old)]}, delay_seconds=3600)
