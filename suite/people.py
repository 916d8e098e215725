"""The first admin, further admins and API clients: asked of accounts_service."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

import httpx

from kit.client import Signer
from kit.contracts.accounts import (
    AccountsClient,
    AlreadySetUp,
    ClientNew,
    ClientWithSecret,
    SetupLinkNew,
)
from kit.settings import ServiceSettings
from suite import databases
from suite.engines.both import Engines
from suite.environment import Place
from suite.readiness import state
from suite.services import Service, find
from suite.serving import make_app


class Settings(ServiceSettings):
    """The launcher itself, as services see it when it calls them."""

    SERVICE: ClassVar[str] = "suite"


async def first_admin_link(place: Place, accounts: Service) -> str:
    """Return the one-time link for the first owner; nothing if there is one already."""
    client = AccountsClient.at(Settings(), place.url(accounts))
    try:
        made = await client.make_setup_link(SetupLinkNew())
    except AlreadySetUp:
        return ""
    finally:
        await client.close()
    return place.variables.get("DASHBOARD_PUBLIC_URL", "") + made.path


async def admin_link(place: Place | None, email: str | None) -> str:
    """Return a one-time link: with an e-mail to become admin, without one to be the first."""
    async with _accounts(place) as client:
        made = await client.make_setup_link(SetupLinkNew(email=email))
    variables = place.variables if place else os.environ
    return variables.get("DASHBOARD_PUBLIC_URL", "") + made.path


async def new_client(place: Place | None, name: str, scopes: list[str]) -> ClientWithSecret:
    async with _accounts(place) as client:
        return await client.create_client(ClientNew(name=name, scopes=tuple(scopes)))


@asynccontextmanager
async def _accounts(place: Place | None) -> AsyncIterator[AccountsClient]:
    """Give a client of the running accounts_service, or of one run here for this moment.

    Without a place (in a container) it is the one that ACCOUNTS_URL names.
    """
    service, settings = find("accounts_service"), Settings()
    if place is None or not await state(place.url(service)):
        client = AccountsClient.at(settings, place.url(service) if place else settings.accounts_url)
        try:
            yield client
        finally:
            await client.close()
        return
    engines = Engines(place.data)
    if databases.are_ours(place, [service]):
        engines.start()
    try:
        await databases.prepare(place, [service])
        app = make_app(service)
        secret = settings.suite_secret.get_secret_value()
        async with app.router.lifespan_context(app):
            transport = httpx.ASGITransport(app)
            async with httpx.AsyncClient(transport=transport, base_url="http://here") as http:
                yield AccountsClient(http, Signer(secret, "suite", "accounts_service"))
    finally:
        engines.stop()
