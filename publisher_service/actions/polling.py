"""Asking Telegram for updates, where it cannot reach us; and telling it where, if it can.

One process asks at a time: whoever holds the lock, by a connection of its own.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from kit.db import Database
from publisher_service.actions import talking
from publisher_service.actions.tools import Tools
from publisher_service.providers.channel import Later, Refused, Rejected
from publisher_service.providers.telegram_person import TelegramPerson
from publisher_service.queries.alone import holding

WAIT_SECONDS, PAUSE_SECONDS = 25, 5.0
LOCK = "telegram updates"
logger = logging.getLogger(__name__)


@asynccontextmanager
async def listening(bot: TelegramPerson, tools: Tools, database: Database) -> AsyncIterator[None]:
    """Hear what people tell the bot for as long as this lasts."""
    url = tools.settings.telegram_webhook_url
    task = asyncio.create_task(_tell(bot, url, tools) if url else _ask(bot, tools, database))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _tell(bot: TelegramPerson, url: str, tools: Tools) -> None:
    """Say where we are, until Telegram has heard it."""
    while True:
        try:
            await bot.listen_at(url, talking.secret(tools))
        except Exception as error:  # the edge of this task: whatever it is, it is tried again
            logger.warning("telegram did not take the webhook", exc_info=error)
            await asyncio.sleep(_pause(error))
        else:
            return


async def _ask(bot: TelegramPerson, tools: Tools, database: Database) -> None:
    while True:
        try:
            async with holding(tools.settings.database_url, LOCK) as is_ours:
                if is_ours:
                    await _follow(bot, tools, database)
        except Exception as error:  # the edge of this task: whatever it is, it is tried again
            logger.warning("telegram gave no updates", exc_info=error)
            await asyncio.sleep(_pause(error))
        else:
            await asyncio.sleep(PAUSE_SECONDS)


async def _follow(bot: TelegramPerson, tools: Tools, database: Database) -> None:
    """Do one update after another; asking for the next tells Telegram that it was done."""
    await bot.listen_at("", "")
    offset = 0
    while True:
        for update in await bot.updates(offset, WAIT_SECONDS):
            async with database.sessions.begin() as session:
                reply = await talking.hear(session, tools, update)
            offset = int(update["update_id"]) + 1
            if reply is not None:
                with suppress(Refused, Rejected):
                    await bot.say(reply.chat, reply.text)


def _pause(error: Exception) -> float:
    return error.seconds if isinstance(error, Later) else PAUSE_SECONDS
