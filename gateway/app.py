"""gateway, put together: `uvicorn --factory gateway.app:create_app`."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from fastapi import FastAPI

from gateway.actions.pipelines import ALL, Pipelines
from gateway.actions.reference import Reference
from gateway.actions.watching import Hub
from gateway.endpoints import events, jobs, letters, privacy, reference, streams
from gateway.settings import Settings
from gateway.tasks import tasks
from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.web import build_app


def create_app(
    settings: Settings | None = None, *clients: ServiceClient, pipelines: Pipelines = ALL
) -> FastAPI:
    settings = settings or Settings()
    wired = clients or (
        AccountsClient.at(settings, settings.accounts_url),
        CatalogClient.at(settings, settings.catalog_url),
        PublisherClient.at(settings, settings.publisher_url),
        VideoLibraryClient.of(
            settings.bunny_api_url,
            settings.bunny_library_id,
            settings.bunny_api_key.get_secret_value(),
        ),
    )
    routers = (
        events.router,
        streams.router,
        jobs.router,
        letters.router,
        privacy.router,
        reference.router,
    )
    return build_app(settings, *routers, clients=wired, tasks=tasks, setup=_setup(pipelines))


def _setup(pipelines: Pipelines) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def setup(app: FastAPI) -> AsyncIterator[None]:
        app.state.pipelines = pipelines
        app.state.hub = Hub(app.state.settings.database_url, app.state.database)
        app.state.reference = Reference(app.state.settings, app.openapi())
        yield
        await app.state.reference.close()
        await app.state.hub.close()

    return setup
