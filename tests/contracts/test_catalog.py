"""The client speaks what catalog_service serves, errors included."""

import pytest
from fastapi import FastAPI

from kit.contracts.catalog.errors import (
    EntitlementNeeded,
    FilmNotFound,
    NotYetPlayable,
    PreviewNotAllowed,
    SeriesNotFound,
)
from kit.contracts.catalog.playback import PlaybackNew
from tests.cast import CHARLIE
from tests.catalog_service.conftest import app, library, library_app, settings, tokens_app
from tests.factories import tokens
from tests.factories.catalog import (
    a_film,
    a_published_film,
    a_video,
    access_token,
    as_admin,
    as_service,
    as_stranger,
)
from tests.fuzzing import upsets

__all__ = ["app", "library", "library_app", "settings", "tokens_app"]


async def test_nothing_upsets_it(app: FastAPI, library_app: FastAPI) -> None:
    await a_published_film(app, library_app)
    token = access_token(app, sub="dana", roles=["owner"])
    assert await upsets(app, {"Authorization": f"Bearer {token}"}, each=10) == []


async def test_an_error_comes_back_as_itself(app: FastAPI) -> None:
    with pytest.raises(FilmNotFound, match="no such film"):
        await as_stranger(app).film("nowhere")
    with pytest.raises(SeriesNotFound):
        await as_stranger(app).series("nowhere")
    with pytest.raises(NotYetPlayable) as refused:
        await as_admin(app).publish_film((await a_film(app)).id)
    assert refused.value.extra == {"video_state": "none"}


async def test_preview_is_for_people_who_may_edit(app: FastAPI, library_app: FastAPI) -> None:
    guid = await a_video(library_app)
    film = await a_film(app, video_guid=guid)
    await as_admin(app).refresh_video(film.id)
    found = await as_admin(app).play_film(film.id, PlaybackNew(preview=True))
    assert found.video_guid == guid
    for client in (as_service(app), as_stranger(app), as_admin(app, CHARLIE, "moderator")):
        with pytest.raises(PreviewNotAllowed):
            await client.play_film(film.id, PlaybackNew(preview=True))


async def test_a_revoked_code_opens_nothing_at_once(
    app: FastAPI, library_app: FastAPI, tokens_app: FastAPI
) -> None:
    film = await a_published_film(app, library_app, access_level="vip")
    token = await tokens.a_token(tokens_app)
    client = as_service(app)
    assert (await client.play_film(film.id, PlaybackNew(token=token.token))).renew_seconds == 20
    await tokens.as_service(tokens_app).revoke(token.code)
    with pytest.raises(EntitlementNeeded) as refused:
        await client.play_film(film.id, PlaybackNew(token=token.token))
    assert refused.value.extra["reason"] == "not_valid"


async def test_a_ppv_code_opens_its_film_and_no_other(
    app: FastAPI, library_app: FastAPI, tokens_app: FastAPI
) -> None:
    price = {"access_level": "ppv", "price_amount": 500, "currency": "XOF"}
    mine = await a_published_film(app, library_app, **price)
    other = await a_published_film(app, library_app, **price)
    vip = await a_published_film(app, library_app, access_level="vip")
    token = await tokens.a_token(tokens_app, ppv=str(mine.id))
    new = PlaybackNew(token=token.code)
    assert (await as_service(app).play_film(mine.slug, new)).film_id == mine.id
    for film in (other, vip):
        with pytest.raises(EntitlementNeeded):
            await as_service(app).play_film(film.slug, new)
