"""What carries a message to a person. A new way to reach people is one class of this shape.

The outbox (`actions/outbox.py`) finds where an account can be reached (`models/people.py`, Address,
verified ones; e-mails come from accounts_service) and hands over one message to one address at a
time; it keeps the state, tries again, and paces. A channel keeps nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from kit.contracts.publisher.notices import ChannelName


@dataclass(frozen=True)
class Message:
    """One message to one address. `key` is the same at every try: channels whose receiver folds
    what comes twice under one key (an e-mail's Message-ID, a push's tag) pass it on.

    `address` is what `address.address` holds: an e-mail, a chat id, a phone number, a push endpoint
    with its keys in `details`. `title` and `brief` are one line each, `text` is the whole in plain
    text; `url` is where it leads. `one_click_url` unsubscribes from this kind at once.
    """

    key: UUID
    address: str
    kind: str
    locale: str
    title: str
    brief: str
    text: str
    html: str = ""
    url: str | None = None
    picture: str | None = None
    one_click_url: str | None = None
    is_security: bool = False
    details: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """The channel took it; `provider_id` is what it calls the message."""

    provider_id: str = ""


class Refused(Exception):
    """This address is dead: it is noted, and nothing more is sent to it by this channel."""


class Rejected(Exception):
    """This message will never be taken, though the address lives. Not tried again."""


class Later(Exception):
    """The channel asks for patience; no try is used up."""

    def __init__(self, seconds: float, reason: str = "") -> None:
        super().__init__(reason or f"asked to wait {seconds:g} s")
        self.seconds = seconds


class Lost(Exception):
    """The connection ended after the message was handed over: taken or not, nobody knows.

    A channel that `folds` is simply tried again; for any other the delivery becomes `unsure`.
    """


class Channel(Protocol):
    """Any other exception counts as a failed try: the outbox waits longer each time and gives up
    in the end.
    """

    @property
    def name(self) -> ChannelName: ...

    @property
    def folds(self) -> bool:
        """Say whether the receiving side shows a message once that is sent twice under one key."""
        ...

    @property
    def rates(self) -> Sequence[str]:
        """Return what the whole channel may send, for example `["30/second"]`."""
        ...

    @property
    def address_rates(self) -> Sequence[str]:
        """Return what one address may get, for example `["1/second", "20/minute"]`."""
        ...

    async def send(self, message: Message) -> Sent:
        """Hand the message over; raise Refused, Rejected, Later or Lost."""
        ...

    async def close(self) -> None: ...
