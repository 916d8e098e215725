"""What tokens_service promises to the others: who may see what, by code or long token."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from kit.client import ServiceClient
from kit.errors import Invalid, NotFound, TooMany, Unavailable
from kit.pages import Page
from kit.schema import Name, Schema, Whole

MOST_VERIFICATIONS = 100
# These calls may be sent twice without harm, whatever their key: let the client retry them.
REPEATABLE = "repeatable"
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
    """

    ok: bool
    access_level: AccessLevel | None = None
    video_id: str | None = None
    title: str | None = None
    expires_at: datetime | None = None
    token_id: UUID | None = None
    token: str | None = None
    reason: Literal["device_limit"] | None = None


class Verifications(Schema):
    items: list[Verification]


class Device(Schema):
    id: str
    first_seen_at: datetime


class DeviceList(Schema):
    items: list[Device]


class TokenNotFound(NotFound):
    """There is no such token."""


class BatchNotFound(NotFound):
    """There is no such batch of tokens."""


class TokenKeyReused(Invalid):
    """This key was used for another token before; choose a new one."""


class LifetimePast(Invalid):
    """This date has passed already; choose a later one."""


class GuessedTooOften(TooMany):
    """Too many wrong codes came from this address. Wait a moment, then type yours again."""


class TokenStoreUnavailable(Unavailable):
    """The store of tokens does not answer; try again in a moment."""


class TokensClient(ServiceClient):
    """Speaks to tokens_service; `.acting(token)` for what a person does."""

    SERVICE: ClassVar[str] = "tokens_service"

    async def verify(
        self, token: str, *, device: str | None = None, viewer_address: str | None = None
    ) -> Verification:
        """Say what `token` opens; `viewer_address` is whose guesses are counted."""
        body = Verify(token=token, device=device)
        headers = {"X-Viewer-Address": viewer_address} if viewer_address else {}
        answer = await self.send("POST", "/verify", body, headers=headers, key=REPEATABLE)
        return Verification.model_validate_json(answer.content)

    async def verify_many(self, items: list[Verify]) -> Verifications:
        """Say what each opens, up to 100 at once; wrong ones count as the caller's guesses."""
        return await self.post("/verifications", VerifyMany(items=items), into=Verifications)

    async def mint(self, new: Mint) -> Token:
        return await self.post("/mint", new, into=Token, key=new.key or "")

    async def revoke(self, code: str) -> Token:
        return await self.post("/revoke", Revocation(code=code), into=Token, key=REPEATABLE)

    async def tokens(
        self, filters: TokenQuery | None = None, *, cursor: str | None = None, limit: int = 50
    ) -> Tokens:
        chosen = (filters or TokenQuery()).model_dump(mode="json", exclude_none=True)
        return await self.get("/tokens", into=Tokens, **chosen, cursor=cursor, limit=limit)

    async def token(self, token_id: UUID) -> Token:
        return await self.get(f"/tokens/{token_id}", into=Token)

    async def change(self, token_id: UUID, change: TokenChange) -> Token:
        return await self.patch(f"/tokens/{token_id}", change, into=Token)

    async def devices(self, token_id: UUID) -> DeviceList:
        return await self.get(f"/tokens/{token_id}/devices", into=DeviceList)

    async def free_devices(self, token_id: UUID) -> None:
        await self.delete(f"/tokens/{token_id}/devices")

    async def free_device(self, token_id: UUID, device: str) -> None:
        await self.delete(f"/tokens/{token_id}/devices/{device}")

    async def mint_batch(self, new: BatchNew) -> Batch:
        return await self.post("/batches", new, into=Batch, key=new.key or "")

    async def batches(self, *, cursor: str | None = None, limit: int = 50) -> Batches:
        return await self.get("/batches", into=Batches, cursor=cursor, limit=limit)

    async def batch(self, batch_id: UUID) -> Batch:
        return await self.get(f"/batches/{batch_id}", into=Batch)

    async def revoke_batch(self, batch_id: UUID) -> Batch:
        return await self.post(f"/batches/{batch_id}/revocation", None, Batch, key=REPEATABLE)

    async def batch_csv(self, batch_id: UUID) -> bytes:
        """Return every code of a batch with its address, as a table."""
        return (await self.send("GET", f"/batches/{batch_id}/codes.csv")).content

    async def batch_sheet(self, batch_id: UUID, language: str = "fr") -> bytes:
        """Return a page of HTML to print on A4: tickets with QR codes.

        Serve it with SHEET_POLICY: its style is inside it.
        """
        query = {"language": language}
        return (await self.send("GET", f"/batches/{batch_id}/sheet", query=query)).content
