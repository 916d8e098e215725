"""Tokens that belong to an account, on the wire."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from kit.contracts.tokens.wire import AccessLevel, DeviceId, TokenState, Typed, VideoId
from kit.schema import Schema


class LinkNew(Schema):
    """A code or long token somebody wants to keep in their account."""

    token: Typed


class Linked(Schema):
    """A code that belongs to an account, as its holder sees it."""

    token_id: UUID
    code: str
    access_level: AccessLevel
    video_id: str | None
    title: str
    state: TokenState
    expires_at: datetime
    linked_at: datetime


class LinkedTokens(Schema):
    """All codes of an account, the last linked first."""

    items: list[Linked]


class Holder(Schema):
    """The account a token shall belong to; null: to nobody."""

    account_id: UUID | None


class EntitlementQuestion(Schema):
    """Does something this account holds open a film? `video_ids` are all names of that film."""

    access_level: AccessLevel
    video_ids: Annotated[tuple[VideoId, ...], Field(max_length=10)] = ()
    device: DeviceId | None = None
