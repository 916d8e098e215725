"""A film one pays for plays nothing to who has not paid, by whatever address it is asked for."""

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.catalog.errors import EntitlementNeeded
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.playback import PlaybackNew
from kit.contracts.payments.orders import OrderKind
from kit.contracts.transcoder.signatures import embed_token
from tests.admin_interface.browsing import see
from tests.catalog_service.conftest import CDN_KEY, LIBRARY
from tests.factories import accounts, catalog
from tests.public_interface.conftest import believe, visitor
from tests.public_interface.paying import bought, signed_in
from tests.wiring import http

SOON = 4_000_000_000


@pytest.fixture
async def film(
    catalog_app: FastAPI, library_app: FastAPI, payments_app: FastAPI, accounts_app: FastAPI
) -> Film:
    found = await catalog.a_published_film(
        catalog_app, library_app, access_level="ppv", price_amount=500, currency="XOF"
    )
    believe(catalog_app, accounts_app)  # a factory showed it another key
    return found


async def test_a_paid_film_plays_nothing_by_its_embed_or_any_other_address_without_access(
    shop: FastAPI, catalog_app: FastAPI, library_app: FastAPI, film: Film
) -> None:
    client, guid = catalog.as_stranger(catalog_app), film.video_guid
    with pytest.raises(EntitlementNeeded):
        await client.play_film(film.slug, PlaybackNew())
    shown = (await client.film(film.slug)).model_dump_json()
    assert "bcdn_token" not in shown
    assert "m3u8" not in shown
    async with visitor(shop) as stranger:
        for path in (
            f"/watch/{film.slug}",
            f"/watch/{film.slug}?embed=1",
            f"/embed/{film.slug}",
            f"/embed/{guid}",
        ):
            answer = await stranger.get(path)
            assert answer.status_code in {303, 404}, path
            assert "bcdn_token" not in answer.text, path
    async with http(library_app) as library:
        await refused(library, film)


async def refused(library: httpx.AsyncClient, film: Film) -> None:
    """Ask the video library itself, with no token, a forged one, and one of another film."""
    guid, other = film.video_guid or "", "00000000-0000-0000-0000-000000000000"
    play = f"/library/{LIBRARY}/videos/{guid}/play"
    tokens = (
        "",
        "0" * 64,
        embed_token("another key", guid, SOON),
        embed_token(CDN_KEY, other, SOON),
    )
    for token in tokens:
        answer = await library.get(play, params={"token": token, "expires": str(SOON)})
        assert answer.status_code == 401, token
    for path in (play, f"/embed/{LIBRARY}/{guid}", f"/iframe/{LIBRARY}/{guid}"):
        assert (await library.get(path)).status_code in {401, 403, 404}, path
    for name in ("playlist.m3u8", "480p/video.m3u8", "play_480p.mp4", "original", "thumbnail.jpg"):
        assert (await library.get(f"/{guid}/{name}")).status_code in {403, 404}, name


async def test_who_paid_plays_it_at_once_in_the_same_session(
    shop: FastAPI, payments_app: FastAPI, accounts_app: FastAPI, film: Film
) -> None:
    """With the cookies from before, and no page in between."""
    await accounts.a_viewer(accounts_app)
    async with visitor(shop) as browser:
        await signed_in(browser)
        assert (await browser.get(f"/watch/{film.slug}")).status_code == 303
        await bought(browser, payments_app, OrderKind.film, film.id)
        assert "bcdn_token" in (await see(browser, f"/watch/{film.slug}")).text
