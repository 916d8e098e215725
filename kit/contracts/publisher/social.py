"""Social publication: what goes out to which network, and how far it is.

Read with `social:read`, changed with `social:write`. Credentials go in and never come out.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from kit.contracts.publisher.social_forms import CredentialField, Words
from kit.pages import Page
from kit.schema import Count, Flag, Name, Schema

PostText = Annotated[str, StringConstraints(max_length=20_000)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=2000)]
Secret = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]


class NetworkName(StrEnum):
    telegram = "telegram"
    x = "x"
    instagram = "instagram"
    youtube = "youtube"
    facebook = "facebook"
    webhook = "webhook"


class MediaKind(StrEnum):
    picture = "picture"
    clip = "clip"


class MediaState(StrEnum):
    queued = "queued"
    ready = "ready"
    failed = "failed"


class Shape(StrEnum):
    """`vertical` 9:16, `square` 1:1, `wide` as the film is."""

    vertical = "vertical"
    square = "square"
    wide = "wide"


class TargetState(StrEnum):
    """`unsure`: the network did not say whether it took the post, and cannot be asked; somebody
    looks, and decides (`settle`). `published` only by the network's own word.
    """

    queued = "queued"
    uploading = "uploading"
    processing = "processing"
    published = "published"
    failed = "failed"
    unsure = "unsure"
    cancelled = "cancelled"


class PublicationState(StrEnum):
    """`partly`: published in one place, and not in another."""

    planned = "planned"
    under_way = "under_way"
    published = "published"
    partly = "partly"
    failed = "failed"
    cancelled = "cancelled"


class Unfit(StrEnum):
    """Why a network would not take a post."""

    text_missing = "text_missing"
    text_too_long = "text_too_long"
    title_too_long = "title_too_long"
    media_missing = "media_missing"
    clip_missing = "clip_missing"
    clip_too_long = "clip_too_long"
    file_too_large = "file_too_large"
    too_many_hashtags = "too_many_hashtags"
    angle_brackets = "angle_brackets"
    too_many_mentions = "too_many_mentions"
    picture_shape = "picture_shape"
    picture_unreachable = "picture_unreachable"
    clip_too_short = "clip_too_short"


class Network(Schema):
    """What a network takes. `text_limit` counts as the network does (X: wide letters twice, links
    23; YouTube: bytes); `media_text_limit`: beside a picture or clip. `needs`: what a post cannot
    be without. `takes` holds what can go there from this installation, `warnings` why something
    cannot. `help`: how an account is connected, the steps one a line; `help_url`: the network's own
    page about it.
    """

    name: NetworkName
    title: str
    text_limit: int
    media_text_limit: int
    takes: list[MediaKind]
    needs: Literal["media", "clip"] | None
    max_clip_seconds: int | None
    credentials: list[CredentialField]
    title_limit: int | None = None
    hashtag_limit: int | None = None
    mention_limit: int | None = None
    max_file_bytes: int | None = None
    help: Words = Words()
    help_url: str = ""
    warnings: list[Words] = []


class Networks(Schema):
    items: list[Network]


class SocialAccount(Schema):
    """`needs_reconnection`: the network no longer accepts what it was given; `trouble` says why."""

    id: UUID
    network: NetworkName
    name: str
    handle: str
    url: str | None
    needs_reconnection: bool
    trouble: str | None
    connected_at: datetime
    connected_by: str


class SocialAccounts(Schema):
    items: list[SocialAccount]


class SocialChoice(Schema):
    """An account that credentials reach: `field` of the credentials set to `value` chooses it."""

    field: str
    value: str
    title: str


class SocialAccountNew(Schema):
    """`credentials`: by the names `GET /social/networks` lists; tried before they are kept. Where
    they reach several accounts, the answer is SocialAccountUnchosen with the choices.
    """

    network: NetworkName
    name: Name
    credentials: dict[str, Secret]


class SocialAccountChange(Schema):
    name: Name | None = None
    credentials: dict[str, Secret] | None = None


class ClipNew(Schema):
    """A part of a film; `from_seconds` and `to_seconds` count from the film's beginning."""

    film_id: UUID
    from_seconds: Annotated[float, Field(ge=0, le=360_000)]
    to_seconds: Annotated[float, Field(gt=0, le=360_000)]
    shape: Shape = Shape.vertical


class Media(Schema):
    """A picture or clip. Its file is at `/social/media/{id}/file` once it is ready."""

    id: UUID
    kind: MediaKind
    state: MediaState
    trouble: str | None
    media_type: str
    byte_count: int
    width: int | None
    height: int | None
    seconds: float | None
    created_at: datetime


class TargetNew(Schema):
    """`text`: what this network gets instead of the publication's text."""

    account_id: UUID
    text: PostText | None = None


class PublicationNew(Schema):
    """`id` makes sending it twice harmless. Without `publish_at` it goes out at once.

    `title` is what YouTube and webhooks show; `url` is added to the text where it fits.
    """

    id: UUID
    title: Name
    text: PostText
    url: Address | None = None
    film_id: UUID | None = None
    media_id: UUID | None = None
    publish_at: AwareDatetime | None = None
    targets: Annotated[list[TargetNew], Field(min_length=1, max_length=50)]


class PublicationChange(Schema):
    """Possible until the first target has begun; what is left out stays as it is."""

    title: Name | None = None
    text: PostText | None = None
    publish_at: AwareDatetime | None = None


class Target(Schema):
    """One account of a publication. `percent` of the upload; `remote_url`: where it can be seen;
    `needs_reconnection`: it failed because the account must be connected again.
    """

    id: UUID
    account_id: UUID
    network: NetworkName
    account_name: str
    text: str
    state: TargetState
    percent: int
    remote_id: str | None
    remote_url: str | None
    error: str | None
    needs_reconnection: bool
    tries: int
    next_try_at: datetime | None
    published_at: datetime | None
    updated_at: datetime


class Publication(Schema):
    id: UUID
    title: str
    text: str
    url: str | None
    film_id: UUID | None
    media: Media | None
    state: PublicationState
    publish_at: datetime
    created_at: datetime
    created_by: str
    targets: list[Target]


class Publications(Page[Publication]):
    pass


class PublicationQuery(Schema):
    """`from_at` and `until_at` bound `publish_at`, for a calendar; `film_id`: about that film."""

    from_at: AwareDatetime | None = None
    until_at: AwareDatetime | None = None
    film_id: UUID | None = None


class Settlement(Schema):
    """What somebody saw on the network, where the network itself did not say."""

    is_published: Flag
    remote_url: Address | None = None


class PreviewTarget(Schema):
    network: NetworkName
    text: PostText | None = None


class SocialPreviewNew(Schema):
    """What would go out. `networks` may hold what a network gets instead of `text`."""

    title: str = ""
    text: PostText
    url: Address | None = None
    media_id: UUID | None = None
    networks: Annotated[list[PreviewTarget], Field(max_length=20)]


class SocialPreviewed(Schema):
    """`length` of `limit`, as the network counts; `problems`: why it would not be taken."""

    network: NetworkName
    text: str
    length: Count
    limit: Count
    problems: list[Unfit]


class SocialPreview(Schema):
    items: list[SocialPreviewed]
