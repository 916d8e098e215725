"""How people want to be told: their preferences, whom they follow, and what they unsubscribed."""

from datetime import datetime, time
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.contracts.publisher.notices import ChannelName, Kind
from kit.schema import Count, Flag, Schema

Topic = Annotated[str, StringConstraints(pattern=r"^(series|maker):[0-9A-Za-z-]{1,64}$")]


class Choice(Schema):
    """Whether this kind of notice may come by this channel."""

    kind: Kind
    channel: ChannelName
    is_on: Flag


class KindChoices(Schema):
    """One kind, as one person has it; `is_fixed`: it always comes, whatever is chosen."""

    kind: str
    group: str
    title: str
    is_fixed: bool
    channels: dict[ChannelName, bool]


class Preferences(Schema):
    """`available`: channels that reach this person now. Quiet hours are in `zone` (IANA)."""

    kinds: list[KindChoices]
    available: list[ChannelName]
    quiet_from: time | None
    quiet_until: time | None
    zone: str
    digest: Literal["none", "daily", "weekly"]


class PreferencesChange(Schema):
    """Only what is given changes; quiet hours end with both times null."""

    choices: Annotated[list[Choice], Field(max_length=200)] = []
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: Annotated[str, StringConstraints(max_length=64)] | None = None
    digest: Literal["none", "daily", "weekly"] | None = None


class Unsubscription(Schema):
    """The token of a mail's unsubscribe link, `PORTAL_PUBLIC_URL/unsubscribe/{token}`.

    That page shows what it is about and a button; mail programs POST to it directly (RFC 8058:
    the body is `List-Unsubscribe=One-Click`, there is no cookie and no Origin).
    """

    token: Annotated[str, StringConstraints(max_length=2000)]


class Unsubscribed(Schema):
    """What the link is about: this kind of notice comes by e-mail no more."""

    kind: str
    title: str
    email: str


class Follow(Schema):
    topic: Topic
    since: datetime


class Follows(Schema):
    items: list[Follow]


class TopicCount(Schema):
    topic: Topic
    followers: Count


class AnnouncementNew(Schema):
    """Tell everybody who follows one of these topics, each once; `id` makes it count once."""

    id: UUID
    topics: Annotated[list[Topic], Field(min_length=1, max_length=50)]
    kind: Kind
    values: dict[str, Any] = Field(default_factory=dict)


class Announcement(Schema):
    """`told`: followers told so far; `finished_at`: when all were."""

    id: UUID
    topics: list[str]
    kind: str
    at: datetime
    told: Count
    finished_at: datetime | None


class PersonalData(Schema):
    """All that publisher_service keeps about one account."""

    service: str
    sections: dict[str, Any]


class Heir(Schema):
    """The account that keeps what another had, when the two are merged."""

    account_id: UUID
