"""accounts_service on a fresh database."""

import pytest
from fastapi import FastAPI

from accounts_service.app import create_app
from accounts_service.settings import Settings
from kit.contracts.publisher.client import PublisherClient
from tests.accounts_service.mails import Mails
from tests.conftest import DatabaseUrl, Start
from tests.wiring import http


@pytest.fixture
def mails() -> Mails:
    """Keep what publisher_service is asked to tell people."""
    return Mails()


@pytest.fixture
async def app(database_url: DatabaseUrl, valkey_url: str, start: Start, mails: Mails) -> FastAPI:
    settings = Settings(
        environment="test",
        database_url=database_url("accounts_service"),
        valkey_url=valkey_url,
        pool_size=5,
    )
    return await start(create_app(settings, PublisherClient(http(mails.app))))
