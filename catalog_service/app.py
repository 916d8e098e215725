"""catalog_service, put together: `uvicorn --factory catalog_service.app:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from catalog_service.actions import shelves
from catalog_service.endpoints import films, library, playback
from catalog_service.providers.storage import Storage
from catalog_service.settings import Settings
from catalog_service.tasks import tasks
from kit.client import ServiceClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.web import build_app


def create_app(settings: Settings | None = None, *clients: ServiceClient) -> FastAPI:
    """Return the app; `clients` given replace those of the settings."""
    settings = settings or Settings()
    storage = Storage.at(settings.media_url)
    wired: dict[type[ServiceClient], ServiceClient] = {type(each): each for each in clients}
    if TokensClient not in wired:
        wired[TokensClient] = TokensClient.at(settings, settings.tokens_url)
    if VideoLibraryClient not in wired:
        wired[VideoLibraryClient] = VideoLibraryClient.of(
            settings.bunny_api_url,
            settings.bunny_library_id,
            settings.bunny_api_key.get_secret_value(),
        )

    @asynccontextmanager
    async def setup(app: FastAPI) -> AsyncIterator[None]:
        app.state.storage = storage
        async with app.state.database.sessions.begin() as session:
            await shelves.seed_categories(session, settings.seed_categories)
        yield

    return build_app(
        settings,
        playback.router,
        films.router,
        library.router,
        clients=tuple(wired.values()),
        tasks=tasks,
        setup=setup,
        checks={"pictures": storage.ping},
    )
