"""Where a person is reached beside e-mail and the centre: devices, Telegram, phones."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import StringConstraints

from kit.contracts.publisher.notices import ChannelName
from kit.schema import Schema

Label = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00]*$")
]
Endpoint = Annotated[str, StringConstraints(pattern=r"^https?://[!-~]+$", max_length=1000)]
PhoneChannel = Literal[ChannelName.sms, ChannelName.whatsapp]


class Place(Schema):
    """One device, chat or number that was proven to be theirs; `address` is shortened."""

    id: UUID
    channel: ChannelName
    label: str
    address: str
    since: datetime


class Waiting(Schema):
    """A number to which a code is on its way."""

    channel: PhoneChannel
    number: str
    expires_at: datetime


class Channels(Schema):
    """`offered`: what this installation has set up. `push_key`: what a browser subscribes with."""

    offered: list[ChannelName]
    push_key: str | None
    telegram_bot: str | None
    items: list[Place]
    waiting: list[Waiting]


class PushKeys(Schema):
    """Of a browser's PushSubscription, base64url: its P-256 point and its secret."""

    p256dh: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_=-]{86,90}$")]
    auth: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_=-]{22,26}$")]


class PushNew(Schema):
    """A browser's PushSubscription; `label` names the device to its person."""

    endpoint: Endpoint
    keys: PushKeys
    label: Label = ""


class TelegramLink(Schema):
    """Open it in Telegram and press Start: that chat is theirs. It works once."""

    url: str
    expires_at: datetime


class PhoneNew(Schema):
    """A number as its person writes it; without a country code it is one of this country."""

    channel: PhoneChannel
    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=40)]


class PhoneCode(Schema):
    channel: PhoneChannel
    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]
