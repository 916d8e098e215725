"""What runs targets is given: the networks, the files, the database's transactions."""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import derive_key, seal, unseal
from kit.contracts.publisher.social import MediaKind, NetworkName
from publisher_service.models.social import Media, SocialAccount
from publisher_service.providers.facebook import Facebook
from publisher_service.providers.footage import Scissors
from publisher_service.providers.guarded import GuardedLine
from publisher_service.providers.instagram import Instagram
from publisher_service.providers.meta import Graph
from publisher_service.providers.network import File, SocialNetwork
from publisher_service.providers.storage import Storage
from publisher_service.providers.telegram import Telegram, TelegramApi
from publisher_service.providers.webhook import Webhook
from publisher_service.providers.x import X
from publisher_service.providers.youtube import YouTube
from publisher_service.rules import sharing
from publisher_service.settings import Settings

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
PURPOSE = "social-account"
SHARING = "social-shared-file"


@dataclass(frozen=True)
class Press:
    settings: Settings
    networks: Mapping[NetworkName, SocialNetwork]
    storage: Storage
    scissors: Scissors

    @property
    def is_reachable(self) -> bool:
        """Say whether networks can fetch files from here."""
        return self.settings.public_url.startswith("https://")

    def seal(self, credentials: Mapping[str, str]) -> str:
        return seal(self.settings.suite_secret.get_secret_value(), PURPOSE, dict(credentials))

    def credentials(self, account: SocialAccount) -> dict[str, str]:
        """Return what an account was connected with; `handle` beside it."""
        secret = self.settings.suite_secret.get_secret_value()
        found: dict[str, str] = unseal(secret, PURPOSE, account.sealed)
        return {**found, "handle": account.handle}

    def file(self, media: Media | None, until: int) -> File | None:
        """Return a post's file; where we can be reached, networks can fetch it up to then."""
        if media is None or media.path is None:
            return None
        path = sharing.path(self.sharing_key, media.id, until)
        return File(
            MediaKind(media.kind),
            media.media_type,
            media.byte_count,
            partial(self.storage.part, media.path),
            f"{self.settings.public_url.rstrip('/')}{path}" if self.is_reachable else None,
        )

    @property
    def sharing_key(self) -> bytes:
        return derive_key(self.settings.suite_secret.get_secret_value(), SHARING)

    async def close(self) -> None:
        for network in self.networks.values():
            await network.close()
        await self.scissors.close()


def open_press(settings: Settings) -> Press:
    """Return the press of these settings; nothing connects before the first post."""
    known: tuple[SocialNetwork, ...] = (
        Telegram(TelegramApi(settings.telegram_api_url)),
        X(settings.x_api_url),
        *_meta(settings),
        YouTube(settings.youtube_api_url, settings.google_token_url),
        Webhook(GuardedLine(is_private_allowed=settings.private_webhooks)),
    )
    networks = {network.name: network for network in known}
    return Press(settings, networks, Storage(settings.media_url), Scissors(settings.ffmpeg))


def _meta(settings: Settings) -> tuple[SocialNetwork, SocialNetwork]:
    """Return Instagram and Facebook, which share hosts and an application."""
    application = (settings.meta_app_id, settings.meta_app_secret.get_secret_value())
    facebook = Graph(settings.facebook_api_url, *application)
    instagram = Graph(settings.instagram_api_url)
    return (
        Instagram(facebook, instagram, settings.meta_upload_url),
        Facebook(facebook, Graph(settings.facebook_video_url, *application)),
    )
