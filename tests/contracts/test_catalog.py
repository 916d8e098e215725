"""The client speaks what catalog_service serves, errors included."""

from fastapi import FastAPI

from tests.catalog_service.conftest import app, library, library_app, settings, tokens_app
from tests.factories.catalog import a_published_film, access_token
from tests.fuzzing import upsets

__all__ = ["app", "library", "library_app", "settings", "tokens_app"]


async def test_nothing_upsets_it(app: FastAPI, library_app: FastAPI) -> None:
    await a_published_film(app, library_app)
    token = access_token(app, sub="dana", roles=["owner"])
    assert await upsets(app, {"Authorization": f"Bearer {token}"}, each=10) == []
