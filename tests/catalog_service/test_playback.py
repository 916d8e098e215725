"""Who gets signed addresses, and what they open."""

import pytest
from fastapi import FastAPI

from kit.contracts.catalog.errors import EntitlementNeeded, FilmNotFound
from kit.contracts.catalog.playback import PlaybackNew
from tests.factories import tokens
from tests.factories.catalog import a_film, a_published_film, as_service


async def test_a_public_film_plays_for_everyone(app: FastAPI, library_app: FastAPI) -> None:
    film = await a_published_film(app, library_app)
    found = await as_service(app).play_film(film.slug, PlaybackNew())
    assert found.playlist_url.startswith("http://media/bcdn_token=HS256-")
    assert found.playlist_url.endswith(f"/{film.video_guid}/playlist.m3u8")


async def test_a_vip_film_asks_for_a_code(
    app: FastAPI, library_app: FastAPI, tokens_app: FastAPI
) -> None:
    film = await a_published_film(app, library_app, access_level="vip")
    with pytest.raises(EntitlementNeeded) as refused:
        await as_service(app).play_film(film.id, PlaybackNew())
    assert refused.value.extra["reason"] == "no_token"
    token = await tokens.a_token(tokens_app)
    found = await as_service(app).play_film(film.id, PlaybackNew(token=token.code))
    assert found.film_id == film.id


async def test_a_draft_is_nobodys_to_see(app: FastAPI) -> None:
    film = await a_film(app)
    with pytest.raises(FilmNotFound):
        await as_service(app).play_film(film.id, PlaybackNew())
