"""Clips come from films that the real catalogue lets the composer see."""

import pytest
from fastapi import FastAPI

import publisher_service.app
from kit.client import Signer
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.errors import FilmNotFound, PreviewNotAllowed
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import ClipNew, MediaState
from kit.contracts.publisher.social_errors import ClipImpossible
from kit.db import new_id
from publisher_service.settings import Settings
from tests.cast import DANA
from tests.catalog_service.conftest import app, library, library_app, settings, tokens_app
from tests.conftest import DatabaseUrl, Start
from tests.factories.catalog import a_published_film, access_token
from tests.factories.publisher import as_service, as_stranger
from tests.wiring import http

__all__ = ["app", "library", "library_app", "settings", "tokens_app"]


@pytest.fixture
async def publisher(
    app: FastAPI, database_url: DatabaseUrl, valkey_url: str, start: Start
) -> FastAPI:
    chosen = Settings(
        environment="test",
        database_url=database_url("publisher_service"),
        valkey_url=valkey_url,
        accounts_url="http://127.0.0.1:9",
        media_url="memory://",
    )
    signer = Signer(chosen.suite_secret.get_secret_value(), "publisher_service", "catalog_service")
    catalog = CatalogClient(http(app), signer)
    return await start(publisher_service.app.create_app(chosen, catalog))


def as_composer(publisher: FastAPI, app: FastAPI) -> PublisherClient:
    access_token(app, sub=str(DANA))  # both believe the same key
    token = access_token(publisher, sub=str(DANA), roles=["admin"])
    return as_stranger(publisher).acting(token)


async def test_a_clip_of_any_film_can_be_asked_for_by_who_may_edit_it(
    publisher: FastAPI, app: FastAPI, library_app: FastAPI
) -> None:
    film = await a_published_film(app, library_app, access_level="vip")
    client = as_composer(publisher, app)
    clip = await client.cut_clip(ClipNew(film_id=film.id, from_seconds=10, to_seconds=25))
    assert (clip.state, clip.seconds, clip.width, clip.height) == (MediaState.queued, 15, 720, 1280)
    with pytest.raises(ClipImpossible):
        await client.cut_clip(ClipNew(film_id=film.id, from_seconds=90, to_seconds=120))
    with pytest.raises(FilmNotFound):
        await client.cut_clip(ClipNew(film_id=new_id(), from_seconds=1, to_seconds=5))


async def test_a_service_that_speaks_for_nobody_gets_no_clip(
    publisher: FastAPI, app: FastAPI, library_app: FastAPI
) -> None:
    film = await a_published_film(app, library_app, access_level="vip")
    wanted = ClipNew(film_id=film.id, from_seconds=1, to_seconds=5)
    with pytest.raises(PreviewNotAllowed):
        await as_service(publisher).cut_clip(wanted)
