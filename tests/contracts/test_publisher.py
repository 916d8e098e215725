"""Nothing that anybody sends upsets publisher_service."""

import pytest
from fastapi import FastAPI

from kit.auth import service_token
from publisher_service.app import create_app
from publisher_service.settings import Settings
from tests.cast import ALICE
from tests.conftest import DatabaseUrl, Start
from tests.factories.catalog import access_token
from tests.factories.publisher import a_piece_of_news, as_service
from tests.fuzzing import upsets

# What is said of a sibling that is away, and of one that was asked in vain several times.
AWAY = ("catalog_service did not answer", "It failed several times in a row")


@pytest.fixture
async def app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    settings = Settings(
        environment="test",
        database_url=database_url("publisher_service"),
        valkey_url=valkey_url,
        accounts_url="http://127.0.0.1:9",
        rate_limits=False,
    )
    return await start(create_app(settings))


async def test_nothing_upsets_it(app: FastAPI) -> None:
    await as_service(app).notify(a_piece_of_news(ALICE))
    secret = app.state.settings.suite_secret.get_secret_value()
    token = service_token(secret, "suite", "publisher_service")
    assert await upset(app, f"Suite {token}") == []


async def test_nothing_upsets_it_from_a_person(app: FastAPI) -> None:
    token = access_token(app, sub=str(ALICE), roles=["owner"])
    assert await upset(app, f"Bearer {token}") == []


async def upset(app: FastAPI, authorization: str) -> list[str]:
    """Return what upset it; that a sibling is away is no upset."""
    found = await upsets(app, {"Authorization": authorization}, each=10)
    return [one for one in found if not any(words in one for words in AWAY)]
