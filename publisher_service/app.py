"""publisher_service, put together: `uvicorn --factory publisher_service.app:create_app`."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any

from fastapi import FastAPI

from kit.client import ServiceClient
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.publisher.notices import ChannelName
from kit.db import Database
from kit.web import build_app
from publisher_service.actions.live import Hub
from publisher_service.actions.polling import listening
from publisher_service.actions.reaching import opened
from publisher_service.actions.social.press import open_press
from publisher_service.actions.tools import Tools
from publisher_service.endpoints import channels as places
from publisher_service.endpoints import desk, media, notices, social, streams, wishes, words
from publisher_service.providers.channel import Channel
from publisher_service.providers.mail import KeptMail, MailServer, Server, Writer
from publisher_service.providers.telegram_person import TelegramPerson
from publisher_service.queries import mails
from publisher_service.queries.gathered import Gathered
from publisher_service.rules.letters import sender_of
from publisher_service.settings import Settings
from publisher_service.tasks import tasks


def create_app(
    settings: Settings | None = None, *clients: ServiceClient, channels: Sequence[Channel] = ()
) -> FastAPI:
    """`channels`: used in place of those that the settings name."""
    settings = settings or Settings()
    wired = clients or (
        AccountsClient.at(settings, settings.accounts_url),
        CatalogClient.at(settings, settings.catalog_url),
    )
    routers = (
        streams.router,
        notices.router,
        desk.router,
        wishes.router,
        places.router,
        words.router,
        social.router,
        media.router,
    )
    return build_app(
        settings,
        *routers,
        clients=wired,
        tasks=tasks,
        setup=_setup(channels),
        body_limits={"POST /social/pictures": settings.max_picture_bytes},
    )


def _setup(given: Sequence[Channel]) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def setup(app: FastAPI) -> AsyncIterator[None]:
        settings: Settings = app.state.settings
        tools = app.state.tools = Tools(settings)
        channels = [_mail(settings, tools, app.state.database), *opened(settings, tools), *given]
        tools.channels = {channel.name: channel for channel in channels}
        app.state.gathered = Gathered(app.state.database)
        app.state.hub = Hub(settings.database_url, app.state.database, tools)
        app.state.press = open_press(settings)
        async with _bot(app, tools):
            yield
        await app.state.hub.close()
        await app.state.press.close()
        for channel in channels:
            await channel.close()

    return setup


def _bot(app: FastAPI, tools: Tools) -> AbstractAsyncContextManager[None]:
    """Hear what people tell the Telegram bot, when there is one."""
    found = tools.channels.get(ChannelName.telegram)
    if isinstance(found, TelegramPerson) and app.state.database is not None:
        return listening(found, tools, app.state.database)
    return nullcontext()


def _mail(settings: Settings, tools: Tools, database: Database) -> Channel:
    writer = Writer(sender_of(tools.sender, tools.brand), settings.mail_reply_to)
    if settings.smtp_host:
        return MailServer(_server(settings), writer, settings.mail_rate)

    async def keep(row: dict[str, Any]) -> None:
        async with database.sessions.begin() as session:
            await mails.keep(session, row)

    return KeptMail(writer, keep)


def _server(settings: Settings) -> Server:
    return Server(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_user,
        settings.smtp_password.get_secret_value(),
        settings.smtp_security,
        settings.smtp_connections,
    )
