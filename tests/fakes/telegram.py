"""Telegram's Bot API on loopback, with one channel and the chats of people. Strict about lengths;
it tells nobody what a chat holds, as the real one does.
"""

import asyncio
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from typing_extensions import override

from tests.fakes.network import Simulator, Trouble

TOKEN = "1234:telegram-bot-token"
CHANNEL = -1001234567890


@dataclass(frozen=True)
class Message:
    id: int
    method: str
    text: str
    file: bytes = b""
    chat: int = CHANNEL


class Telegram(Simulator):
    def __init__(self, username: str = "maison_films") -> None:
        super().__init__()
        self.username = username
        self.messages: list[Message] = []
        self.chats: set[int] = set()
        self.blocked: set[int] = set()
        self.updates: list[dict[str, Any]] = []
        self.webhook: dict[str, Any] = {}

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/bot{token}/{method}", self._ask)

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return _no(401, "Unauthorized")
        given = await _given(request)
        method = request.match_info["method"]
        if method in {"setWebhook", "deleteWebhook", "getUpdates"}:
            return await self._listen(method, given)
        if str(given.get("chat_id")) in map(str, self.chats):
            return self._tell(given)
        return self._ask_channel(method, given)

    def _ask_channel(self, method: str, given: dict[str, Any]) -> web.StreamResponse:
        if str(given.get("chat_id")) not in {str(CHANNEL), f"@{self.username}"}:
            return _no(400, "Bad Request: chat not found")
        if method == "getChat":
            return _yes(self._chat())
        if method not in {"sendMessage", "sendPhoto", "sendVideo"}:
            return _no(404, "Not Found")
        return self._send(method, given)

    def says(self, chat: int, text: str, language: str = "fr") -> dict[str, Any]:
        """Return the update of a person who writes to the bot; whoever asks is told it too."""
        self.chats.add(chat)
        who = {"id": chat, "type": "private", "username": f"person{chat}"}
        message = {"text": text, "chat": who, "from": {"language_code": language}}
        update = {"update_id": len(self.updates) + 100, "message": message}
        self.updates.append(update)
        return update

    def to(self, chat: int) -> list[str]:
        return [one.text for one in self.messages if one.chat == chat]

    async def _listen(self, method: str, given: dict[str, Any]) -> web.StreamResponse:
        if method == "getUpdates":
            if self.webhook:
                return _no(409, "Conflict: can't use getUpdates method while webhook is active")
            first = int(given.get("offset", 0))
            self.updates = [one for one in self.updates if one["update_id"] >= first]
            if not self.updates:
                await asyncio.sleep(0.05)
            return _yes(self.updates)
        self.webhook = given if method == "setWebhook" else {}
        return _yes(True)

    def _tell(self, given: dict[str, Any]) -> web.StreamResponse:
        chat, text = int(given["chat_id"]), str(given.get("text", ""))
        if chat in self.blocked:
            return _no(403, "Forbidden: bot was blocked by the user")
        if not text or len(text) > 4096:
            return _no(400, "Bad Request: message is empty or too long")
        message = Message(len(self.messages) + 7, "sendMessage", text, chat=chat)
        self.messages.append(message)
        return _yes({"message_id": message.id, "chat": {"id": chat}, "date": 1_790_000_000})

    def _send(self, method: str, given: dict[str, Any]) -> web.StreamResponse:
        is_text = method == "sendMessage"
        text = str(given.get("text" if is_text else "caption", ""))
        if is_text and not text:
            return _no(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > (4096 if is_text else 1024):
            return _no(400, f"Bad Request: message {'is' if is_text else 'caption is'} too long")
        file = given.get({"sendPhoto": "photo", "sendVideo": "video"}.get(method, ""), b"")
        message = Message(len(self.messages) + 7, method, text, file)
        self.messages.append(message)
        return _yes({"message_id": message.id, "chat": self._chat(), "date": 1_790_000_000})

    def _chat(self) -> dict[str, Any]:
        return {"id": CHANNEL, "type": "channel", "title": "Maison", "username": self.username}


def too_fast(seconds: int) -> Trouble:
    """Return what comes of more than a message a second."""
    told = f"Too Many Requests: retry after {seconds}"
    parameters = {"retry_after": seconds}
    body = {"ok": False, "error_code": 429, "description": told, "parameters": parameters}
    return Trouble("/send", 429, body)


async def _given(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        found: dict[str, Any] = await request.json()
        return found
    fields = await request.post()
    return {
        name: value.file.read() if isinstance(value, web.FileField) else value
        for name, value in fields.items()
    }


def _yes(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _no(status: int, description: str) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description}
    return web.json_response(body, status=status)
