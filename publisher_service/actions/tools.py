"""What the deeds of publisher_service work with: settings, the brand, the channels."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import seal, unseal
from kit.contracts.publisher.errors import BadUnsubscription
from kit.contracts.publisher.notices import ChannelName
from kit.site.brand import contrast
from publisher_service.models.notices import Template
from publisher_service.providers.channel import Channel
from publisher_service.queries import mails
from publisher_service.settings import Settings

ACCENT, DARK, LIGHT = "#e8a33d", "#0d0b10", "#ffffff"
UNSUBSCRIBE = "unsubscribe"
KEPT_SECONDS = 5.0


@dataclass(frozen=True)
class Target:
    """Whom and what an unsubscribe link is about."""

    kind: str
    email: str
    account_id: UUID | None


@dataclass
class Tools:
    settings: Settings
    channels: Mapping[ChannelName, Channel] = field(default_factory=dict)
    changed: dict[tuple[str, str], Template] = field(default_factory=dict)
    until: float = 0.0
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def secret(self) -> str:
        return self.settings.suite_secret.get_secret_value()

    @property
    def brand(self) -> str:
        return self.settings.brand_name

    @property
    def accent(self) -> str:
        return self.settings.brand_accent or ACCENT

    @cached_property
    def on_accent(self) -> str:
        return DARK if contrast(self.accent, DARK) >= contrast(self.accent, LIGHT) else LIGHT

    @property
    def home(self) -> str:
        return self.settings.portal_public_url.rstrip("/")

    @property
    def sender(self) -> str:
        host = urlsplit(self.home).hostname or "localhost"
        return self.settings.mail_from or f"no-reply@{host}"

    async def templates(self, session: AsyncSession) -> Mapping[tuple[str, str], Template]:
        """Return the changed templates, as they were at most five seconds ago."""
        if time.monotonic() >= self.until:
            async with self.reading:  # by one, for all who ask at that moment
                if time.monotonic() >= self.until:
                    self.changed = await mails.templates(session)
                    self.until = time.monotonic() + KEPT_SECONDS
        return self.changed

    def unsubscribe_url(self, target: Target) -> str:
        """Return the address that ends a kind of notice by e-mail, without signing in."""
        account = str(target.account_id) if target.account_id else None
        value = {"kind": target.kind, "email": target.email, "account": account}
        return f"{self.home}/unsubscribe/{seal(self.secret, UNSUBSCRIBE, value)}"

    def target_of(self, token: str) -> Target:
        """Return what an unsubscribe link is about; raise BadUnsubscription."""
        try:
            value = unseal(self.secret, UNSUBSCRIBE, token)
        except ValueError as error:
            raise BadUnsubscription from error
        account = UUID(value["account"]) if value["account"] else None
        return Target(value["kind"], value["email"], account)
