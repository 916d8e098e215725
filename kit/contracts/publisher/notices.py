"""Notices: what people are told, by which channels, and what became of it.

`NoticeNew` is what `kit.events.notify` sends; other services use that, never this endpoint. An
account's own notices are read by that person only, deliveries and the outbox by `notices:read`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.pages import Page
from kit.schema import Count, Flag, Schema, Text

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z]+\.[a-z_]+$", max_length=60)]
Locale = Literal["fr", "en"]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=320)]


class ChannelName(StrEnum):
    in_app = "in_app"
    email = "email"
    web_push = "web_push"
    telegram = "telegram"
    sms = "sms"
    whatsapp = "whatsapp"


class DeliveryState(StrEnum):
    """`waiting`: for the end of quiet hours, or for the next digest. `unsure`: the channel did not
    say whether it took it, and would show a second one; somebody decides. `bounced`: taken, and
    sent back later. `merged`: told in a digest.
    """

    queued = "queued"
    waiting = "waiting"
    sending = "sending"
    sent = "sent"
    merged = "merged"
    bounced = "bounced"
    failed = "failed"
    unsure = "unsure"


class NoticeNew(Schema):
    """`id` makes sending it twice harmless. One of `account_id` and `email` says to whom."""

    id: UUID
    at: datetime
    kind: Kind
    account_id: UUID | None = None
    email: Email | None = None
    locale: str | None = None
    values: dict[str, Any] = Field(default_factory=dict)
    sealed: Annotated[str, StringConstraints(max_length=10_000)] | None = None


class NoticeTaken(Schema):
    id: UUID
    is_repeated: bool


class Notice(Schema):
    """One line of a person's notices, in the language asked for; `url`: what it is about."""

    id: UUID
    kind: str
    at: datetime
    title: str
    text: str
    url: str | None
    picture: str | None
    is_read: bool


class Unread(Schema):
    count: Count


class NoticeEvent(Schema):
    """What the live stream says (`event: notice`): the newest notice, and how many are unread.

    Without `notice`, only the count changed: something was read, perhaps elsewhere.
    """

    unread: Count
    notice: Notice | None = None


class KindOfNotice(Schema):
    """`group`: security, account, films, studio. `values`: what its templates may name."""

    kind: str
    group: str
    title: str
    is_security: bool
    values: list[str]
    channels: list[ChannelName]


class Kinds(Schema):
    items: list[KindOfNotice]


class Attempt(Schema):
    """One try to send something; `outcome`: sent, refused, later, lost, failed."""

    number: Count
    at: datetime
    outcome: str
    detail: str
    provider_id: str | None
    duration_ms: Count


class DeliverySummary(Schema):
    """`address` is shortened: `a…@example.com`."""

    id: UUID
    notice_id: UUID
    kind: str
    channel: ChannelName
    account_id: UUID | None
    address: str
    state: DeliveryState
    attempt_count: Count
    error: str | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None
    due_at: datetime | None


class Delivery(DeliverySummary):
    provider_id: str | None
    attempts: list[Attempt]


class DeliveryQuery(Schema):
    """Filters of `GET /deliveries`; newest first."""

    state: DeliveryState | None = None
    channel: ChannelName | None = None
    kind: Kind | None = None
    account_id: UUID | None = None
    notice_id: UUID | None = None


class DeliveryCount(Schema):
    channel: ChannelName
    state: DeliveryState
    count: Count


class DeliveryCounts(Schema):
    """How many there are in each state."""

    items: list[DeliveryCount]


class MailSummary(Schema):
    """A mail in the outbox, where mails land while no SMTP server is set."""

    id: UUID
    to: str
    subject: str
    kind: str
    at: datetime


class Mail(MailSummary):
    headers: dict[str, str]
    text: str
    html: str


class Template(Schema):
    """What one kind of notice says in one language; both parts of a mail are made of `body`.

    `{name}` is a value. In the body an empty line ends a paragraph, and a line
    `[Words]({link})` becomes a button. `brief` is the line of the centre, of a push and of an SMS.
    """

    kind: str
    locale: Locale
    subject: str
    body: str
    brief: str
    is_changed: bool
    changed_at: datetime | None
    changed_by: str | None


class Templates(Schema):
    items: list[Template]


class TemplateChange(Schema):
    subject: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    body: Annotated[Text, StringConstraints(min_length=1)]
    brief: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Preview(Schema):
    """How a mail of this template looks, with values made up."""

    subject: str
    text: str
    html: str
    brief: str


class Bounce(Schema):
    """A mail that came back, as the mail provider's webhook or the postmaster tells it."""

    email: Email
    reason: Annotated[str, StringConstraints(max_length=500)] = ""
    is_permanent: Flag = True
    message_id: Annotated[str, StringConstraints(max_length=300)] | None = None


Notices = Page[Notice]
Deliveries = Page[DeliverySummary]
Mails = Page[MailSummary]
