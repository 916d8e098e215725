"""Telegram to a person, by the studio's bot. A message sent twice is seen twice: nothing folds."""

from collections.abc import Sequence
from typing import Any

from kit.contracts.publisher.notices import ChannelName
from publisher_service.providers import network
from publisher_service.providers.channel import Later, Lost, Message, Refused, Rejected, Sent
from publisher_service.providers.telegram import TelegramApi

LONGEST = 4000  # of 4096
# What Telegram says when this chat will never take anything again.
DEAD = ("forbidden:", "chat not found", "user is deactivated", "peer_id_invalid")


class BotRefused(Exception):
    """Telegram does not know this bot: its token is wrong, or was revoked."""


class TelegramPerson:
    name = ChannelName.telegram
    folds = False
    rates: Sequence[str] = ("30/second",)
    address_rates: Sequence[str] = ("1/second",)

    def __init__(self, api: TelegramApi, token: str) -> None:
        self.api = api
        self.token = token

    async def send(self, message: Message) -> Sent:
        parts = [message.title, message.brief if message.brief != message.title else ""]
        found = await self.say(message.address, "\n\n".join([*parts, message.url or ""]))
        return Sent(str(found.get("message_id", "")))

    async def say(self, chat: str, text: str) -> dict[str, Any]:
        """Return the message that was made of it."""
        given = {"chat_id": chat, "text": _tidy(text)}
        found: dict[str, Any] = await self._ask("sendMessage", given)
        return found

    async def updates(self, offset: int, seconds: int) -> list[dict[str, Any]]:
        """Return what people told the bot, waiting so long for it."""
        given = {"offset": offset, "timeout": seconds, "allowed_updates": ALLOWED}
        found: list[dict[str, Any]] = await self._ask("getUpdates", given)
        return found

    async def listen_at(self, url: str, secret: str) -> None:
        """Have Telegram call this address; none: it is asked for updates."""
        if not url:
            await self._ask("deleteWebhook", {})
            return
        given = {"url": url, "secret_token": secret, "allowed_updates": ALLOWED}
        await self._ask("setWebhook", given)

    async def close(self) -> None:
        await self.api.http.aclose()

    async def _ask(self, method: str, given: dict[str, Any]) -> Any:  # noqa: ANN401  (JSON)
        try:
            return await self.api.ask(self.token, method, json=given)
        except network.Slow as error:
            raise Later(error.seconds, str(error)) from error
        except network.Lost as error:
            raise Lost(str(error)) from error
        except (network.Expired, network.Refused) as error:
            said = str(error)
            if any(each in said.lower() for each in DEAD):
                raise Refused(said) from error
            if isinstance(error, network.Expired):
                raise BotRefused(said) from error
            raise Rejected(said) from error


ALLOWED = ["message", "my_chat_member"]


def _tidy(text: str) -> str:
    return "\n\n".join(part for part in text.split("\n\n") if part)[:LONGEST]
