"""accounts_service on a fresh database."""

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from accounts_service.app import create_app
from accounts_service.settings import Settings
from kit.contracts.publisher.client import PublisherClient
from tests.accounts_service.mails import Mails
from tests.conftest import DatabaseUrl, Start
from tests.factories.providers import LIST
from tests.fakes.oidc_provider import OidcProvider
from tests.wiring import http


@pytest.fixture
def mails() -> Mails:
    """Keep what publisher_service is asked to tell people."""
    return Mails()


@pytest.fixture
def provider() -> OidcProvider:
    """Somebody else's way to sign in, who is honest until told otherwise."""
    return OidcProvider()


@pytest.fixture
async def app(
    database_url: DatabaseUrl,
    valkey_url: str,
    start: Start,
    mails: Mails,
    provider: OidcProvider,
) -> FastAPI:
    settings = Settings(
        environment="test",
        database_url=database_url("accounts_service"),
        valkey_url=valkey_url,
        pool_size=5,
        providers=SecretStr(LIST),
    )
    app = await start(create_app(settings, PublisherClient(http(mails.app))))
    await app.state.tools.providers.close()
    line = httpx.ASGITransport(provider.app, raise_app_exceptions=False)
    app.state.tools.providers.http = httpx.AsyncClient(transport=line)
    return app
