"""A Telegram channel, by a bot that administers it: the Bot API over HTTP.

A bot cannot read what its channel holds, so an answer that was lost cannot be looked up.
"""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from kit.contracts.publisher.social import NetworkName
from publisher_service.providers.calls import body, call, line
from publisher_service.providers.network import (
    Expired,
    Identity,
    Lost,
    Phase,
    Refused,
    SocialNetwork,
    Step,
    Unknowable,
    Work,
)

# What Telegram says when the bot is no longer welcome, beside 401 and 403.
UNWELCOME = ("chat not found", "need administrator rights", "not enough rights", "bot was kicked")


class TelegramApi:
    """The bot's methods; whoever speaks as a bot goes through this."""

    def __init__(self, url: str) -> None:
        self.http = line(url)

    async def ask(self, token: str, method: str, **given: Any) -> Any:  # noqa: ANN401  (JSON)
        """Return a method's result. Raise Slow, Away, Lost, Expired or Refused."""
        answer = await call(self.http, "POST", f"/bot{token}/{method}", **given)
        found = body(answer)
        if found.get("ok") is True:
            return found["result"]
        said = str(found.get("description", f"Telegram answered {answer.status_code}"))
        raise _trouble(answer.status_code, said)


class Telegram(SocialNetwork):
    name = NetworkName.telegram

    def __init__(self, api: TelegramApi) -> None:
        self.api = api

    @override
    async def identify(self, credentials: Mapping[str, str]) -> Identity:
        chat = await self._ask(credentials, "getChat", json={"chat_id": credentials["chat_id"]})
        username = str(chat.get("username", ""))
        url = f"https://t.me/{username}" if username else None
        return Identity(str(chat["id"]), url, {"username": username})

    @override
    async def refresh(self, credentials: Mapping[str, str]) -> dict[str, str] | None:
        return None

    @override
    async def prepare(self, work: Work) -> Step:
        return Step(Phase.creating, work.marks)

    @override
    async def create(self, work: Work) -> Step:
        method, given = await _message(work)
        message = await self._ask(work.credentials, method, **given)
        number = message["message_id"]
        return Step(
            Phase.done, work.marks, 100, 0, str(number), _address(work.credentials, message, number)
        )

    @override
    async def find(self, work: Work) -> Step | None:
        raise Unknowable

    @override
    async def confirm(self, work: Work) -> Step:
        raise Unknowable

    @override
    async def close(self) -> None:
        await self.api.http.aclose()

    async def _ask(self, credentials: Mapping[str, str], method: str, **given: Any) -> Any:  # noqa: ANN401
        return await self.api.ask(credentials["token"], method, **given)


async def _message(work: Work) -> tuple[str, dict[str, Any]]:
    """Return the method that says it, and what it is given."""
    chat = work.credentials["chat_id"]
    if work.file is None:
        return "sendMessage", {"json": {"chat_id": chat, "text": work.text}}
    content = await work.file.read(0, work.file.byte_count)
    fields = {"chat_id": chat, "caption": work.text}
    if work.file.is_clip:
        fields["supports_streaming"] = "true"
    part = "video" if work.file.is_clip else "photo"
    sent = {part: (work.file.name, content, work.file.media_type)}
    return f"send{part.capitalize()}", {"data": fields, "files": sent}


def _address(credentials: Mapping[str, str], message: Mapping[str, Any], number: int) -> str | None:
    """Return where a channel's message is seen: public ones by name, private ones by number."""
    username = message.get("chat", {}).get("username") or credentials.get("username")
    if username:
        return f"https://t.me/{username}/{number}"
    chat = str(message.get("chat", {}).get("id", ""))
    return f"https://t.me/c/{chat[4:]}/{number}" if chat.startswith("-100") else None


def _trouble(status: int, said: str) -> Exception:
    if status in {401, 403, 404} or any(each in said.lower() for each in UNWELCOME):
        return Expired(said)
    return Refused(said) if status < 500 else Lost(said)
