"""accounts_service, put together: `uvicorn --factory accounts_service.app:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI

from accounts_service.actions import keys
from accounts_service.actions.tools import Tools
from accounts_service.endpoints import (
    factors,
    identity,
    integrators,
    invitations,
    oauth,
    people,
    privacy,
    profiles,
    programs,
    providers,
    staff,
    studios,
    viewing,
)
from accounts_service.settings import Settings
from accounts_service.tasks import tasks
from kit.auth import KeyRing
from kit.client import ServiceClient
from kit.web import build_app

LARGE = {"PUT /me/avatar": 10_000_000}


def create_app(settings: Settings | None = None, *clients: ServiceClient) -> FastAPI:
    settings = settings or Settings()
    routers = (
        people.router,
        identity.router,
        factors.router,
        providers.router,
        invitations.router,
        studios.router,
        staff.router,
        integrators.router,
        programs.router,
        oauth.router,
        profiles.router,
        viewing.router,
        privacy.router,
    )
    return build_app(
        settings, *routers, clients=clients, tasks=tasks, setup=_setup, body_limits=LARGE
    )


@asynccontextmanager
async def _setup(app: FastAPI) -> AsyncIterator[None]:
    tools = app.state.tools = Tools.of(app.state.settings)

    async def own_keys() -> dict[str, Any]:
        async with app.state.database.sessions.begin() as session:
            return (await keys.publish(session, tools)).model_dump()

    app.state.keys = KeyRing(own_keys)
    yield
    await tools.providers.close()
    tools.close()
