"""catalog_service, put together: `uvicorn --factory catalog_service.app:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from fastapi import FastAPI

from catalog_service.actions import shelves
from catalog_service.endpoints import bulk, films, images, library, playback, privacy, quick, search
from catalog_service.endpoints import shelves as shelving
from catalog_service.providers.delivery import DeliveryClient
from catalog_service.providers.storage import Storage
from catalog_service.providers.streams import Streams
from catalog_service.settings import Settings
from catalog_service.tasks import tasks
from kit.client import ServiceClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.db import plain_url
from kit.web import build_app

# Where pictures and tables arrive.
LARGE = ("PUT /films/", "PUT /series/", "/films/import")


def create_app(
    settings: Settings | None = None,
    *clients: ServiceClient,
    delivery: DeliveryClient | None = None,
) -> FastAPI:
    """Return the app; `clients` given replace those of the settings."""
    settings = settings or Settings()
    storage = Storage.at(settings.media_url)

    @asynccontextmanager
    async def setup(app: FastAPI) -> AsyncIterator[None]:
        app.state.storage = storage
        app.state.streams = Streams(app.state.limiter.pool, settings.streams_per_account)
        app.state.delivery = delivery or DeliveryClient.of(settings.bunny_cdn_url)
        async with app.state.database.sessions.begin() as session:
            await shelves.seed_categories(session, settings.seed_categories)
        url = plain_url(settings.database_url)
        async with asyncpg.create_pool(url, min_size=1, max_size=4) as app.state.quick:
            yield
        await app.state.delivery.close()

    app = build_app(
        settings,
        playback.router,
        bulk.router,
        films.router,
        images.router,
        search.router,
        shelving.router,
        library.router,
        privacy.router,
        clients=_wired(settings, clients),
        tasks=tasks,
        setup=setup,
        checks={"pictures": storage.ping},
        body_limits=dict.fromkeys(LARGE, settings.max_picture_bytes),
    )
    app.router.routes.insert(0, quick.PublicList())
    return app


def _wired(settings: Settings, given: tuple[ServiceClient, ...]) -> tuple[ServiceClient, ...]:
    """Return the given clients, and those of the settings where none was given."""
    wired: dict[type[ServiceClient], ServiceClient] = {type(each): each for each in given}
    if TokensClient not in wired:
        wired[TokensClient] = TokensClient.at(settings, settings.tokens_url)
    if VideoLibraryClient not in wired:
        wired[VideoLibraryClient] = VideoLibraryClient.of(
            settings.bunny_api_url,
            settings.bunny_library_id,
            settings.bunny_api_key.get_secret_value(),
        )
    return tuple(wired.values())
