"""accounts_service on a fresh database."""

import pytest
from fastapi import FastAPI

from accounts_service.app import create_app
from accounts_service.settings import Settings
from tests.conftest import DatabaseUrl, Start


@pytest.fixture
async def app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    settings = Settings(
        environment="test",
        database_url=database_url("accounts_service"),
        valkey_url=valkey_url,
        pool_size=5,
    )
    return await start(create_app(settings))
