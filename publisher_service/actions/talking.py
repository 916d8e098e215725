"""The Telegram bot's side: a chat is connected by its one-time link, and /stop ends that."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller, derive_key
from kit.contracts.publisher import channels as wire
from kit.contracts.publisher.notices import ChannelName
from kit.errors import Unauthenticated
from publisher_service.actions import places as doing
from publisher_service.actions.reading import account_of
from publisher_service.actions.tools import Tools
from publisher_service.queries import places
from publisher_service.rules.values import language, phrase

LINK_LIVES = timedelta(minutes=30)
TELEGRAM = ChannelName.telegram


@dataclass(frozen=True)
class Reply:
    chat: str
    text: str


async def link(session: AsyncSession, tools: Tools, caller: Caller) -> wire.TelegramLink:
    """Return the address that connects the chat in which it is opened; it works once."""
    account = account_of(caller)
    doing.check_offered(tools, TELEGRAM)
    code, now = secrets.token_urlsafe(24), clock.now()
    row = {
        "account_id": account, "channel": TELEGRAM, "address": "", "digest": _digest(code),
        "created_at": now, "expires_at": now + LINK_LIVES,
    }  # fmt: skip
    await places.begin(session, row)
    url = f"https://t.me/{tools.settings.telegram_username}?start={code}"
    return wire.TelegramLink(url=url, expires_at=row["expires_at"])


def secret(tools: Tools) -> str:
    """Return what Telegram shows with each update."""
    return derive_key(tools.secret, "telegram updates").hex()


def check_secret(tools: Tools, shown: str) -> None:
    if not hmac.compare_digest(secret(tools).encode(), shown.encode()):
        raise Unauthenticated("Only Telegram tells updates.")


async def hear(session: AsyncSession, tools: Tools, update: Mapping[str, Any]) -> Reply | None:
    """Do what somebody told the bot; the same update again does no harm."""
    member = _part(update, "my_chat_member")
    if _part(member, "new_chat_member").get("status") == "kicked":
        await places.remove(session, TELEGRAM, str(_part(member, "chat").get("id")))
        return None
    message = _part(update, "message")
    chat = _part(message, "chat")
    if chat.get("type") != "private" or not isinstance(message.get("text"), str):
        return None
    name = await _done(session, tools, str(chat["id"]), message["text"], _label(chat))
    locale = language(str(_part(message, "from").get("language_code", "")))
    where = f"{tools.home}/account/notices/wishes"
    return Reply(str(chat["id"]), phrase(name, locale, brand=tools.brand, link=where))


async def _done(session: AsyncSession, tools: Tools, chat: str, text: str, label: str) -> str:
    """Return the name of the phrase to answer with."""
    command, _, code = text.strip().partition(" ")
    if command == "/stop":
        await places.remove(session, TELEGRAM, chat)
        return "LEFT"
    holder = await places.holder(session, TELEGRAM, chat)
    if command != "/start" or not code:
        return "KNOWN" if holder else "HELLO"
    account = await places.take(session, _digest(code.strip()), clock.now())
    if account is None:
        return "KNOWN" if holder else "EXPIRED"
    place = await doing.connect(session, account, TELEGRAM, chat, label)
    await places.remove_others(session, place)
    return "CONNECTED"


def _part(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = found.get(name)
    return part if isinstance(part, dict) else {}


def _label(chat: Mapping[str, Any]) -> str:
    name = chat.get("username")
    return f"@{name}"[:100] if name else str(chat.get("first_name", ""))[:100]


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()  # of 192 bits: nothing to guess
