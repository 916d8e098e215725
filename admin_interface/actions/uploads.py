"""Bringing a film in: a draft in the catalogue, a video in the library, an event for the gateway.

Every step may be repeated: the browser sends one key per file, however often it asks.
"""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from kit.clock import now
from kit.contracts.catalog.changes import FilmChange, FilmNew
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.words import AccessLevel
from kit.contracts.gateway import Announce, EventNew, FilmUploaded, GatewayClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import tus_headers
from kit.contracts.transcoder.wire import VideoNew, VideoStatus
from kit.schema import Flag, Name, Schema


class UploadNew(Schema):
    """A file someone chose; `key` stays the same when the browser asks again."""

    key: UUID
    title: Name
    access_level: AccessLevel = AccessLevel.public
    price_amount: int | None = None
    publish: Flag = True
    announce: Announce | None = None


class Upload(Schema):
    """Where and how the browser sends the file itself."""

    film_id: UUID
    video_guid: str
    endpoint: str
    headers: dict[str, str]


@dataclass(frozen=True)
class Desk:
    """The clients an upload needs; `gateway` and `library` act for the dashboard itself."""

    catalog: CatalogClient
    gateway: GatewayClient
    library: VideoLibraryClient
    endpoint: str
    hours: int


async def begin(desk: Desk, new: UploadNew) -> Upload:
    """Make the film and its video unless they exist, tell the gateway, sign the upload."""
    price = {"price_amount": new.price_amount, "currency": "XOF"} if new.price_amount else {}
    draft = FilmNew.model_validate({"title": new.title, "access_level": new.access_level, **price})
    film = await desk.catalog.create_film(draft, key=str(new.key))
    guid = film.video_guid or await _video(desk, film)
    told = FilmUploaded(
        film_id=film.id,
        video_guid=UUID(guid),
        access_level=new.access_level.value,
        publish=new.publish,
        title=film.title,
        announce=new.announce,
    )
    event = EventNew(
        id=uuid5(NAMESPACE_URL, f"karangou:FilmUploaded:{guid}"),
        name="FilmUploaded",
        at=film.created_at,
        source="admin_interface",
        payload=told.model_dump(mode="json"),
    )
    await desk.gateway.tell(event)
    return sign(desk, film.id, guid)


def sign(desk: Desk, film_id: UUID, guid: str) -> Upload:
    """Return fresh headers for an upload; old ones die after `hours`."""
    expires = int(now().timestamp()) + desk.hours * 3600
    library = desk.library
    return Upload(
        film_id=film_id,
        video_guid=guid,
        endpoint=desk.endpoint,
        headers=tus_headers(library.library_id, library.api_key, expires, guid),
    )


async def _video(desk: Desk, film: Film) -> str:
    """Make the film's video; one that an interrupted try left behind is taken up again."""
    mark = f"{film.title} · {film.id}"
    left = [
        video
        for video in (await desk.library.list_videos(search=mark)).items or []
        if video.title == mark and video.status == VideoStatus.created
    ]
    video = left[0] if left else await desk.library.create_video(VideoNew(title=mark))
    await desk.catalog.change_film(film.id, FilmChange(video_guid=video.guid))
    return video.guid
