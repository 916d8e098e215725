"""Bunny Stream's wire models, by Bunny's own names.

Source: the vendor's OpenAPI document ("Stream API" 1.0.0). Reading is lenient, because
the vendor adds fields and numbers: enums travel as plain integers, unknown ones included.
"""

from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from kit.errors import AppError, BadRequest, Conflict, NotFound, TooMany, Unavailable
from kit.schema import Schema


class VideoStatus(IntEnum):
    """`VideoModel.status`. NOT the number a webhook carries: see WebhookStatus."""

    created = 0
    uploaded = 1
    processing = 2
    transcoding = 3
    finished = 4
    error = 5
    upload_failed = 6
    jit_segmenting = 7
    jit_playlists_created = 8


class WebhookStatus(IntEnum):
    """`Status` in a webhook's body. Readers must ignore numbers they do not know."""

    queued = 0
    processing = 1
    encoding = 2
    finished = 3
    resolution_finished = 4
    failed = 5
    presigned_upload_started = 6
    presigned_upload_finished = 7
    presigned_upload_failed = 8
    captions_generated = 9
    title_or_description_generated = 10


class Severity(IntEnum):
    undefined = 0
    information = 1
    warning = 2
    error = 3


class IssueCode(IntEnum):
    undefined = 0
    stream_lengths_difference = 1
    transcoding_warnings = 2
    incompatible_resolution = 3
    invalid_framerate = 4
    video_exceeded_max_duration = 5
    audio_exceeded_max_duration = 6
    original_corrupted = 7
    transcription_failed = 8
    jit_incompatible = 9
    jit_failed = 10


class Wire(Schema):
    """The base: camelCase outside, snake_case inside; both are read."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )


def _in_utc(moment: datetime) -> datetime:
    """Bunny sends moments with and without an offset; all are UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[datetime, AfterValidator(_in_utc)]
Seconds = Annotated[int, Field(ge=0, lt=2**31)]


class Caption(Wire):
    srclang: str | None = None
    label: str | None = None
    version: int = 0


class Chapter(Wire):
    title: Annotated[str, Field(min_length=1, max_length=500)]
    start: Seconds = 0
    end: Seconds = 0


class Mark(Wire):
    """A moment worth pointing at (`MomentModel`)."""

    label: Annotated[str, Field(min_length=1, max_length=500)]
    timestamp: Seconds = 0


class MetaTag(Wire):
    property: Annotated[str, Field(max_length=500)] | None = None
    value: Annotated[str, Field(max_length=5000)] | None = None


class TranscodingMessage(Wire):
    time_stamp: Moment
    level: int = Severity.information
    issue_code: int = IssueCode.undefined
    message: str | None = None
    value: str | None = None


class Video(Wire):
    """`VideoModel`. `length` and watch times are seconds, `storage_size` bytes."""

    video_library_id: int
    guid: str
    title: str
    description: str | None = None
    date_uploaded: Moment
    views: int = 0
    is_public: bool = False
    length: int = 0
    status: int = VideoStatus.created
    framerate: float = 0
    rotation: int | None = None
    width: int = 0
    height: int = 0
    available_resolutions: str | None = None
    output_codecs: str = "x264"
    thumbnail_count: int = 0
    encode_progress: int = 0
    storage_size: int = 0
    captions: list[Caption] | None = None
    has_mp4_fallback: Annotated[bool, Field(alias="hasMP4Fallback")] = False
    collection_id: str | None = None
    thumbnail_file_name: str | None = None
    thumbnail_blurhash: str | None = None
    average_watch_time: int = 0
    total_watch_time: int = 0
    category: str | None = None
    chapters: list[Chapter] | None = None
    moments: list[Mark] | None = None
    meta_tags: list[MetaTag] | None = None
    transcoding_messages: list[TranscodingMessage] | None = None
    jit_encoding_enabled: bool | None = None
    smart_generate_status: int | None = 0
    has_original: bool | None = None
    original_hash: str | None = None

    @property
    def is_playable(self) -> bool:
        """Say whether at least one resolution can be watched, the ladder complete or not."""
        return bool(self.available_resolutions)

    @property
    def trouble(self) -> str | None:
        """Return in words why the video failed, when it did."""
        found = [m.message for m in self.transcoding_messages or () if m.level == Severity.error]
        return found[-1] if found else None


class VideoNew(Wire):
    title: Annotated[str, Field(min_length=1, max_length=500)]
    collection_id: Annotated[str, Field(max_length=100)] | None = None
    thumbnail_time: Annotated[int, Field(ge=0, lt=2**31)] | None = None


class VideoChange(Wire):
    """What is left out, or null, stays as it is; `collection_id: ""` takes it out of its own."""

    title: Annotated[str, Field(max_length=500)] | None = None
    collection_id: Annotated[str, Field(max_length=100)] | None = None
    chapters: Annotated[list[Chapter], Field(max_length=500)] | None = None
    moments: Annotated[list[Mark], Field(max_length=500)] | None = None
    meta_tags: Annotated[list[MetaTag], Field(max_length=100)] | None = None


class CaptionNew(Wire):
    """`captions_file` is the .vtt or .srt file in Base64."""

    srclang: Annotated[str, Field(max_length=35)] | None = None
    label: Annotated[str, Field(max_length=200)] | None = None
    captions_file: Annotated[str, Field(max_length=4_000_000)] | None = None


class CaptionValidation(Wire):
    valid: bool
    error_list: list[str] | None = None
    warning_list: list[str] | None = None


class Collection(Wire):
    video_library_id: int = 0
    guid: str | None = None
    name: str | None = None
    video_count: int = 0
    total_size: int = 0
    preview_video_ids: str | None = None
    preview_image_urls: list[str] | None = None


class CollectionChange(Wire):
    name: Annotated[str, Field(max_length=500)] | None = None


class Status(Wire):
    """`StatusModel`: how Bunny says that something was done, or was not."""

    success: bool = True
    message: str | None = "OK"
    status_code: int = 200


Item = TypeVar("Item", Video, Collection)


class Listing(Wire, Generic[Item]):
    """One page of a list; pages start at 1, `items` may be null."""

    total_items: int = 0
    current_page: int = 1
    items_per_page: int = 100
    items: list[Item] | None = None


Videos = Listing[Video]
Collections = Listing[Collection]


class Play(Wire):
    """`VideoPlayDataModel`, as far as a player of ours needs it."""

    video: Video | None = None
    library_name: str | None = None
    captions_path: str | None = None
    seek_path: str | None = None
    thumbnail_url: str | None = None
    fallback_url: str | None = None
    video_playlist_url: str | None = None
    original_url: str | None = None
    preview_url: str | None = None
    controls: str | None = None
    enable_drm: Annotated[bool, Field(alias="enableDRM")] = False
    drm_version: int = 0
    allow_early_play: bool = True
    token_auth_enabled: bool = True
    enable_mp4_fallback: Annotated[bool, Field(alias="enableMP4Fallback")] = False
    show_heatmap: bool = False
    captions_font_size: int = 0
    remember_player_position: bool = False


class Webhook(Schema):
    """The body of a webhook: PascalCase. Its word is not proof; read the video again."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    library_id: Annotated[int, Field(alias="VideoLibraryId")]
    video_id: Annotated[str, Field(alias="VideoGuid")]
    status: Annotated[int, Field(alias="Status")]


class VideoNotFound(NotFound):
    """The requested video was not found."""


class CollectionNotFound(NotFound):
    """The requested collection was not found."""


class VideoAlreadyUploaded(BadRequest):
    """The requested video was already uploaded."""


class VideoRefused(BadRequest):
    """The video library does not accept this."""


class VideoBusy(Conflict):
    """Another request is changing this video."""


class LibraryBusy(TooMany):
    """The video library asks to wait."""


class LibraryKeyRefused(AppError):
    """The video library refused the key; check BUNNY_LIBRARY_ID and BUNNY_API_KEY."""

    status = 503


class LibraryUnavailable(Unavailable):
    """The video library did not answer as it should; try again in a moment."""
