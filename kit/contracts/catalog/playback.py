"""What it takes to watch a film, on the wire."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.contracts.catalog.films import Chapter
from kit.schema import Flag, Schema


class PlaybackNew(Schema):
    """`native` is for players that cannot renew addresses: one grant for the whole film.

    A film that asks for a code opens for `token`, or for the person the call speaks for
    (`.acting`), when their account holds a fitting one. What an account opens plays on a limited
    number of devices at the same time; one device counts once, whatever it plays.
    """

    token: Annotated[str, Field(max_length=300)] | None = None
    device: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,200}$")] | None = None
    kind: Literal["hls", "native"] = "hls"
    part: Literal["film", "trailer"] = "film"
    preview: Flag = Field(False, description="for people who may edit films: no code needed")


class PlaybackCaption(Schema):
    language: str
    label: str
    url: str


class Sprites(Schema):
    """Pictures for seeking: `url` holds `{sheet}`, from 0; each sheet is rows × columns cells."""

    url: str
    columns: int
    rows: int
    cell_width: int
    cell_height: int
    interval_seconds: float


class Playback(Schema):
    """Addresses signed for one film until `expires_at`; ask again after `renew_seconds`.

    `prefix` is the part of every path of this grant before `/{video_guid}/…`: a player with a
    newer grant replaces the older prefix by the newer one.
    """

    film_id: UUID
    video_guid: str
    playlist_url: str
    prefix: str
    expires_at: datetime
    renew_seconds: int
    duration_seconds: int | None
    thumbnail_url: str | None
    captions: list[PlaybackCaption]
    sprites: Sprites | None
    chapters: list[Chapter]
