"""Nothing that anybody sends upsets payments_service."""

import pytest
from fastapi import FastAPI

from kit.auth import service_token
from payments_service.app import create_app
from payments_service.settings import Settings
from tests.cast import ALICE
from tests.conftest import DatabaseUrl, Start
from tests.factories.catalog import access_token
from tests.fuzzing import upsets

# What is said of siblings that are away, and of one that was asked in vain several times.
AWAY = ("did not answer", "It failed several times in a row", "could not be reached")


@pytest.fixture
async def app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    settings = Settings(
        environment="test",
        database_url=database_url("payments_service"),
        valkey_url=valkey_url,
        accounts_url="http://127.0.0.1:9",
        catalog_url="http://127.0.0.1:9",
        tokens_url="http://127.0.0.1:9",
        rate_limits=False,
    )
    return await start(create_app(settings))


async def test_nothing_upsets_it(app: FastAPI) -> None:
    secret = app.state.settings.suite_secret.get_secret_value()
    service = f"Suite {service_token(secret, 'suite', 'payments_service')}"
    owner = f"Bearer {access_token(app, sub=str(ALICE), roles=['owner'])}"
    found = await upsets(app, {"Authorization": service}, 4, {"Authorization": owner})
    assert [one for one in found if not any(words in one for words in AWAY)] == []
