"""Tokens, batches and what they open, on the wire."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from kit.pages import Page
from kit.schema import Name, Schema, Whole

MOST_VERIFICATIONS = 100
SHEET_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"

# What someone typed or carries: a short code in any spelling, or a long token.
Typed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
VideoId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,100}$")]
DeviceId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,200}$")]
Days = Annotated[Whole, Field(ge=1, le=3660)]
Devices = Annotated[Whole, Field(ge=1, le=1000)]


class AccessLevel(StrEnum):
    """What a token opens: nothing that is locked, everything for members, or one film."""

    public = "public"
    vip = "vip"
    ppv = "ppv"


class TokenState(StrEnum):
    active = "active"
    expired = "expired"
    revoked = "revoked"


class Terms(Schema):
    """What a token is good for. Without a lifetime it lives `TOKENS_DEFAULT_DAYS`."""

    title: Name
    access_level: AccessLevel
    duration_days: Days | None = None
    expires_at: AwareDatetime | None = None
    video_id: VideoId | None = Field(None, description="the film's id or video guid; for ppv only")
    max_devices: Devices | None = Field(None, description="how many devices at most; null: any")
    label: Label = ""
    key: Key | None = Field(None, description="asking twice with one key is asking once")

    @model_validator(mode="after")
    def make_sense(self) -> Self:
        if self.duration_days is not None and self.expires_at is not None:
            raise ValueError("give duration_days or expires_at, not both")
        if (self.access_level is AccessLevel.ppv) != (self.video_id is not None):
            raise ValueError("a ppv token opens one film: give its video_id; the others take none")
        return self


class Mint(Terms):
    """One token to make."""


class BatchNew(Terms):
    """Many alike tokens to make at once, to print or to send."""

    count: Annotated[Whole, Field(ge=1, le=2000)]


class Token(Schema):
    """A token as its keepers see it (`tokens:read`); `code` and `token` open what it opens."""

    id: UUID
    code: str
    token: str
    access_level: AccessLevel
    video_id: str | None
    title: str
    label: str
    state: TokenState
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    max_devices: int | None
    devices: int
    batch_id: UUID | None
    account_id: UUID | None = None
    linked_at: datetime | None = None


Tokens = Page[Token]


class TokenChange(Schema):
    """What is left out stays as it is."""

    title: Name | None = None
    label: Label | None = None
    expires_at: AwareDatetime | None = None
    max_devices: Devices | None = None


class TokenQuery(Schema):
    """Filters of `GET /tokens`; newest first. `q` is part of a label or title, or a whole code."""

    q: Annotated[str, StringConstraints(max_length=200)] | None = None
    state: TokenState | None = None
    access_level: AccessLevel | None = None
    video_id: VideoId | None = None
    batch_id: UUID | None = None
    account_id: UUID | None = None


class Batch(Schema):
    id: UUID
    title: str
    label: str
    access_level: AccessLevel
    video_id: str | None
    max_devices: int | None
    count: int
    revoked: int
    created_at: datetime
    expires_at: datetime


Batches = Page[Batch]


class Revocation(Schema):
    """`code`: the code in any spelling, the long token, or the id."""

    code: Typed


class Verify(Schema):
    """`device` matters where the number of devices is limited: any id that stays the same."""

    token: Typed
    device: DeviceId | None = None


class VerifyMany(Schema):
    items: Annotated[list[Verify], Field(min_length=1, max_length=MOST_VERIFICATIONS)]


class Verification(Schema):
    """What a code or token opens now. Wrong, expired and revoked all answer `{"ok": false}`.

    Only a right one is ever refused with a `reason`. `token` is the long form, to keep in a
    cookie: it is never slowed down by other people's guessing from the same address.
    `account_id`, told to services only: whose it is, where somebody has made it theirs.
    """

    ok: bool
    access_level: AccessLevel | None = None
    video_id: str | None = None
    title: str | None = None
    expires_at: datetime | None = None
    token_id: UUID | None = None
    token: str | None = None
    reason: Literal["device_limit"] | None = None
    account_id: UUID | None = None


class Verifications(Schema):
    items: list[Verification]


class Device(Schema):
    id: str
    first_seen_at: datetime


class DeviceList(Schema):
    items: list[Device]
