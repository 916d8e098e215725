"""Which channels this installation has, each made of the settings; a new one is a line here."""

from collections.abc import Iterator

from pydantic import SecretStr

from kit.contracts.publisher.notices import ChannelName
from publisher_service.actions.tools import Tools
from publisher_service.providers.channel import Channel
from publisher_service.providers.guarded import GuardedLine
from publisher_service.providers.phone import Phone, Way
from publisher_service.providers.telegram import TelegramApi
from publisher_service.providers.telegram_person import TelegramPerson
from publisher_service.providers.web_push import Push
from publisher_service.rules import phones, push
from publisher_service.settings import Settings


def opened(settings: Settings, tools: Tools) -> Iterator[Channel]:
    """Yield the channels that are set up; raise ValueError for a setting of no use."""
    if vapid := _plain(settings.vapid_private_key):
        subject = settings.vapid_subject or f"mailto:{tools.sender}"
        line = GuardedLine(is_private_allowed=settings.private_push)
        yield Push(push.vapid_key(vapid), subject, line)
    if token := _plain(settings.telegram_token):
        if not settings.telegram_username:
            raise ValueError("PUBLISHER_TELEGRAM_TOKEN needs PUBLISHER_TELEGRAM_USERNAME as well.")
        yield TelegramPerson(TelegramApi(settings.telegram_api_url), token)
    for name, way in _ways(settings):
        phones.check_template(f"PUBLISHER_{name.upper()}_BODY", way.body)
        yield Phone(name, way, tools.brand)


def _ways(settings: Settings) -> Iterator[tuple[ChannelName, Way]]:
    if settings.sms_url:
        yield (
            ChannelName.sms,
            Way(
                settings.sms_url,
                _plain(settings.sms_header),
                settings.sms_body,
                settings.sms_answer,
                settings.sms_rate,
                settings.phone_folds,
            ),
        )
    if settings.whatsapp_url:
        yield (
            ChannelName.whatsapp,
            Way(
                settings.whatsapp_url,
                _plain(settings.whatsapp_header),
                settings.whatsapp_body,
                settings.whatsapp_answer,
                settings.whatsapp_rate,
                settings.phone_folds,
            ),
        )


def _plain(secret: SecretStr) -> str:
    return secret.get_secret_value().strip()
