"""What an account holds opens films, on a limited number of devices at the same time."""

from uuid import UUID

import pytest
from fastapi import FastAPI

from catalog_service.app import create_app
from catalog_service.providers.streams import Streams
from kit.client import Signer
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.errors import EntitlementNeeded, TooManyStreams
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.playback import PlaybackNew
from kit.contracts.tokens import Token, TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.errors import Forbidden
from tests.cast import ALICE, CHARLIE
from tests.catalog_service.conftest import MakeSettings, nobody
from tests.conftest import Start
from tests.factories import tokens
from tests.factories.catalog import a_published_film, access_token, as_admin, as_service
from tests.wiring import http


def as_viewer(app: FastAPI, person: UUID = ALICE) -> CatalogClient:
    """Return the portal, speaking for a viewer."""
    return as_service(app).acting(access_token(app, sub=str(person)))


async def a_code_of(tokens_app: FastAPI, person: UUID, **terms: object) -> Token:
    token = await tokens.a_token(tokens_app, **terms)
    return await tokens.as_service(tokens_app).set_holder(token.id, person)


@pytest.fixture
async def film(app: FastAPI, library_app: FastAPI) -> Film:
    return await a_published_film(app, library_app, access_level="vip")


async def test_what_an_account_holds_opens_the_film_without_a_code(
    app: FastAPI, tokens_app: FastAPI, film: Film
) -> None:
    with pytest.raises(EntitlementNeeded) as refused:
        await as_viewer(app).play_film(film.id, PlaybackNew(device="tv"))
    assert refused.value.extra["reason"] == "no_token"
    await a_code_of(tokens_app, ALICE)
    found = await as_viewer(app).play_film(film.id, PlaybackNew(device="tv"))
    assert found.film_id == film.id
    with pytest.raises(EntitlementNeeded):
        await as_viewer(app, CHARLIE).play_film(film.id, PlaybackNew(device="tv"))


async def test_a_code_that_does_not_fit_leaves_the_account_to_open_it(
    app: FastAPI, library_app: FastAPI, tokens_app: FastAPI
) -> None:
    film = await a_published_film(
        app, library_app, access_level="ppv", price_amount=500, currency="XOF"
    )
    other = await tokens.a_token(tokens_app)
    await a_code_of(tokens_app, ALICE, ppv=film.video_guid)
    asked = PlaybackNew(token=other.code, device="tv")
    assert (await as_viewer(app).play_film(film.id, asked)).film_id == film.id
    with pytest.raises(EntitlementNeeded) as refused:
        await as_viewer(app, CHARLIE).play_film(film.id, asked)
    assert refused.value.extra["reason"] == "wrong_level"


async def test_a_code_taken_back_ends_the_film_at_the_next_renewal(
    app: FastAPI, tokens_app: FastAPI, film: Film
) -> None:
    token = await a_code_of(tokens_app, ALICE)
    await as_viewer(app).play_film(film.id, PlaybackNew(device="tv"))
    await tokens.as_service(tokens_app).set_holder(token.id, None)
    with pytest.raises(EntitlementNeeded):
        await as_viewer(app).play_film(film.id, PlaybackNew(device="tv"))


async def test_an_account_plays_on_three_devices_and_no_fourth(
    app: FastAPI, tokens_app: FastAPI, film: Film
) -> None:
    await a_code_of(tokens_app, ALICE)
    await a_code_of(tokens_app, CHARLIE)
    for device in ("tv", "phone", "laptop"):
        await as_viewer(app).play_film(film.id, PlaybackNew(device=device))
    with pytest.raises(TooManyStreams) as refused:
        await as_viewer(app).play_film(film.id, PlaybackNew(device="tablet"))
    assert refused.value.extra["limit"] == 3
    await as_viewer(app).play_film(film.id, PlaybackNew(device="tv"))
    await as_viewer(app, CHARLIE).play_film(film.id, PlaybackNew(device="tablet"))


async def test_the_code_itself_counts_for_the_account_it_belongs_to(
    app: FastAPI, tokens_app: FastAPI, film: Film
) -> None:
    token = await a_code_of(tokens_app, ALICE)
    for device in ("tv", "phone", "laptop"):
        await as_service(app).play_film(film.id, PlaybackNew(token=token.code, device=device))
    with pytest.raises(TooManyStreams):
        await as_viewer(app).play_film(film.id, PlaybackNew(device="tablet"))
    loose = await tokens.a_token(tokens_app)
    for device in ("a", "b", "c", "d"):
        await as_service(app).play_film(film.id, PlaybackNew(token=loose.code, device=device))


async def test_free_films_and_previews_take_no_place(
    app: FastAPI, library_app: FastAPI, film: Film
) -> None:
    free = await a_published_film(app, library_app, title="Gratuit")
    for device in ("a", "b", "c", "d"):
        await as_viewer(app).play_film(free.id, PlaybackNew(device=device))
        await as_admin(app).play_film(film.id, PlaybackNew(device=device, preview=True))


async def test_a_place_is_free_again_once_the_addresses_have_ended(app: FastAPI) -> None:
    streams = Streams(app.state.limiter.pool, 1)
    assert await streams.take("alice", "tv", 1)  # an address that ended long ago
    assert await streams.take("alice", "phone", 4_000_000_000)
    assert not await streams.take("alice", "tv", 4_000_000_000)
    assert await streams.take("alice", "phone", 4_000_000_001)


async def test_films_go_on_playing_while_valkey_is_away(
    settings: MakeSettings, library: VideoLibraryClient, tokens_app: FastAPI, start: Start
) -> None:
    made = settings(valkey_url="valkey://127.0.0.1:1/0")
    secret = made.suite_secret.get_secret_value()
    client = TokensClient(http(tokens_app), Signer(secret, "catalog_service", "tokens_service"))
    app = await start(create_app(made, library, client, *nobody()))
    for device in ("a", "b", "c", "d"):
        assert await app.state.streams.take("alice", device, 4_000_000_000)


async def test_what_plays_on_an_account_is_told_to_services_and_forgotten(
    app: FastAPI, tokens_app: FastAPI, film: Film
) -> None:
    await a_code_of(tokens_app, ALICE)
    await as_viewer(app).play_film(film.id, PlaybackNew(device="tv"))
    (playing,) = (await as_service(app).personal_data(ALICE)).parts["playing"]
    assert playing["device"] == "tv"
    assert (await as_service(app).personal_data(CHARLIE)).parts == {"playing": []}
    await as_service(app).forget_person(ALICE)
    assert (await as_service(app).personal_data(ALICE)).parts == {"playing": []}
    with pytest.raises(Forbidden):
        await as_viewer(app).personal_data(ALICE)
