"""The portal beside the real accounts, catalogue, codes, notices and video library."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

import accounts_service.app
import payments_service.app
import publisher_service.app
from accounts_service.settings import Settings as AccountsSettings
from kit.client import ServiceClient, Signer
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.settings import WEAK
from payments_service.settings import Settings as PaymentsSettings
from public_interface.app import PAYMENTS, create_app
from public_interface.settings import Settings
from publisher_service.settings import Settings as PublisherSettings
from tests.accounts_service.conftest import mails
from tests.accounts_service.mails import Mails
from tests.catalog_service.conftest import app as catalog_app
from tests.catalog_service.conftest import library, library_app, settings, tokens_app
from tests.conftest import DatabaseUrl, Start
from tests.factories import accounts
from tests.public_interface.paying import signed_in
from tests.wiring import http

__all__ = ["catalog_app", "library", "library_app", "mails", "settings", "tokens_app"]

BROWSER = {
    "Accept": "text/html",
    "Accept-Language": "fr",
    "Sec-Fetch-Site": "same-origin",
}


def portal_settings(valkey_url: str, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "environment": "test",
        "valkey_url": valkey_url,
        "portal_public_url": "http://portal.test",
        "bunny_cdn_url": "http://media",
    }
    return Settings(**(values | changes))


def speaking_to(
    catalog: FastAPI,
    tokens: FastAPI,
    accounts: FastAPI | None = None,
    publisher: FastAPI | None = None,
    payments: FastAPI | None = None,
) -> tuple[ServiceClient, ...]:
    """Return the portal's clients; who is left out answers nothing."""
    nobody = FastAPI()
    apps: tuple[tuple[type[ServiceClient], FastAPI], ...] = (
        (CatalogClient, catalog),
        (TokensClient, tokens),
        (AccountsClient, accounts or nobody),
        (PublisherClient, publisher or nobody),
        *((kind, payments or nobody) for kind in PAYMENTS),
    )
    return tuple(
        kind(http(app), Signer(WEAK, "public_interface", kind.SERVICE)) for kind, app in apps
    )


@pytest.fixture
async def accounts_app(
    database_url: DatabaseUrl, valkey_url: str, start: Start, mails: Mails
) -> FastAPI:
    settings = AccountsSettings(
        environment="test", database_url=database_url("accounts_service"), valkey_url=valkey_url
    )
    publisher = PublisherClient(http(mails.app))
    return await start(accounts_service.app.create_app(settings, publisher))


@pytest.fixture
async def publisher_app(
    database_url: DatabaseUrl, valkey_url: str, accounts_app: FastAPI, start: Start
) -> FastAPI:
    settings = PublisherSettings(
        environment="test",
        database_url=database_url("publisher_service"),
        valkey_url=valkey_url,
        portal_public_url="http://portal.test",
    )
    accounts = AccountsClient(
        http(accounts_app), Signer(WEAK, "publisher_service", "accounts_service")
    )
    return await start(publisher_service.app.create_app(settings, accounts))


@pytest.fixture
async def payments_app(
    database_url: DatabaseUrl,
    valkey_url: str,
    catalog_app: FastAPI,
    tokens_app: FastAPI,
    accounts_app: FastAPI,
    start: Start,
) -> FastAPI:
    """Run payments_service; its sandbox takes the money."""
    settings = PaymentsSettings(
        environment="test",
        database_url=database_url("payments_service"),
        valkey_url=valkey_url,
        portal_public_url="http://portal.test",
        earning_hold_days=0,
        payout_change_days=0,
    )
    nobody = FastAPI()
    apps = {CatalogClient: catalog_app, TokensClient: tokens_app, AccountsClient: accounts_app,
            PublisherClient: nobody, GatewayClient: nobody}  # fmt: skip
    clients = (
        kind(http(app), Signer(WEAK, "payments_service", kind.SERVICE))
        for kind, app in apps.items()
    )
    made = await start(payments_service.app.create_app(settings, *clients))
    believe(made, accounts_app)
    return made


@pytest.fixture
async def shop(
    catalog_app: FastAPI,
    tokens_app: FastAPI,
    accounts_app: FastAPI,
    payments_app: FastAPI,
    valkey_url: str,
    start: Start,
) -> FastAPI:
    """Run the portal with payments behind it: notices are away."""
    clients = speaking_to(catalog_app, tokens_app, accounts_app, None, payments_app)
    made = await start(create_app(portal_settings(valkey_url), *clients))
    for each in (made, tokens_app, catalog_app):
        believe(each, accounts_app)
    return made


@pytest.fixture
async def app(
    catalog_app: FastAPI,
    tokens_app: FastAPI,
    accounts_app: FastAPI,
    publisher_app: FastAPI,
    valkey_url: str,
    start: Start,
) -> FastAPI:
    clients = speaking_to(catalog_app, tokens_app, accounts_app, publisher_app)
    made = await start(create_app(portal_settings(valkey_url), *clients))
    for each in (made, publisher_app, tokens_app, catalog_app):
        believe(each, accounts_app)
    return made


def believe(app: FastAPI, accounts: FastAPI) -> None:
    """Let a service know the keys that accounts are signed with."""

    async def keys() -> dict[str, Any]:
        return (await AccountsClient(http(accounts)).keys()).model_dump()

    app.state.keys.fetch = keys
    for name in ("fetched_at", "asked_at"):  # whatever keys a factory has shown it before
        setattr(app.state.keys, name, float("-inf"))


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a browser without scripts, which keeps its cookies."""
    async with visitor(app) as found:
        yield found


@pytest.fixture
async def charlie(shop: FastAPI, accounts_app: FastAPI) -> httpx.AsyncClient:
    """Sign Charlie in where things are sold, a viewer."""
    await accounts.a_viewer(accounts_app)
    browser = visitor(shop)
    await signed_in(browser)
    return browser


def visitor(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://portal.test",
        headers={**BROWSER, **headers},
    )


@pytest.fixture
def poster() -> bytes:
    """Give a picture as an admin would send one."""
    found = io.BytesIO()
    Image.linear_gradient("L").resize((400, 600)).save(found, "PNG")
    return found.getvalue()
