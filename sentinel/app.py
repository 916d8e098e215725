"""sentinel, put together: `uvicorn --factory sentinel.app:create_app`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from fastapi import FastAPI
from valkey.asyncio import Valkey

from kit.client import ServiceClient, open_http
from kit.health import Watched
from kit.site.app import build_site
from kit.web import Setup
from sentinel.actions.watching import Watch
from sentinel.endpoints import router
from sentinel.pages import home
from sentinel.providers.looking import (
    Look,
    Targets,
    at_disk,
    at_engine,
    at_service,
    valkey_at,
)
from sentinel.settings import Settings


def create_app(
    settings: Settings | None = None, *clients: ServiceClient, targets: Targets | None = None
) -> FastAPI:
    """Return the app; `targets` are the services by name, else those the settings name."""
    settings = settings or Settings()
    watched = targets
    if watched is None:
        watched = {name: open_http(url) for name, url in settings.watched_urls.items()}
    app = build_site(
        settings,
        home.router,
        folder=Path(__file__).parent,
        clients=clients,
        setup=_setup(settings, watched),
    )
    app.include_router(router)
    database = app.state.database
    if database is not None:  # sentinel goes on without it, so it is no reason not to be ready
        app.state.watched["postgresql"] = Watched(database.ping, required=False)
    return app


def _setup(settings: Settings, targets: Targets) -> Setup:
    @asynccontextmanager
    async def setup(app: FastAPI) -> AsyncIterator[None]:
        valkey = valkey_at(settings.valkey_url)
        looks = _looks(app, settings, targets, valkey)
        watch = app.state.watch = Watch(settings, looks, app.state.database)
        running = asyncio.create_task(watch.run(), name="sentinel watches")
        yield
        watch.close()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        await valkey.aclose()
        for http in targets.values():
            await http.aclose()

    return setup


def _looks(app: FastAPI, settings: Settings, targets: Targets, valkey: Valkey) -> list[Look]:
    deadline = settings.deadline_seconds
    found = [at_service(name, http, deadline) for name, http in targets.items()]
    if app.state.database is not None:
        found.append(at_engine("postgresql", app.state.database.ping, deadline))
    found.append(at_engine("valkey", valkey.ping, deadline))
    return found + [at_disk(folder) for folder in settings.watched_folders]
