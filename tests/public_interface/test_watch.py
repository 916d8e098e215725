import html
import re
from uuid import UUID

import httpx
import orjson
from fastapi import FastAPI

from kit.contracts.transcoder.wire import VideoStatus
from tests.admin_interface.browsing import see, send
from tests.factories import catalog, tokens
from transcoder_service.models import Video


def grant_in(page: httpx.Response) -> dict[str, object]:
    found = re.search(r'data-grant="([^"]+)"', page.text)
    assert found
    grant: dict[str, object] = orjson.loads(html.unescape(found[1]))
    return grant


async def renewed(browser: httpx.AsyncClient, slug: str, **body: str) -> httpx.Response:
    """Ask for the next grant as the player does."""
    page = await see(browser, "/code?next=/")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token
    headers = {"X-CSRF-Token": token[1], "Accept": "application/json"}
    return await browser.post(f"/watch/{slug}/grant", json=body, headers=headers)


async def test_a_free_film_comes_with_its_first_grant(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app)
    page = await see(browser, f"/watch/{film.slug}")
    grant = grant_in(page)
    assert str(grant["playlist_url"]).startswith("http://media/bcdn_token=HS256-")
    assert grant["video_guid"] == film.video_guid
    assert page.headers["cache-control"] == "no-store"
    assert "/film-player.js" not in (await see(browser, "/")).text


async def test_a_locked_film_sends_one_to_its_page(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app, access_level="vip")
    answer = await browser.get(f"/watch/{film.slug}")
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/films/{film.slug}#unlock"
    assert "bcdn_token" not in answer.text
    refused = await renewed(browser, film.slug)
    assert refused.status_code == 403
    assert refused.json()["error"] == "EntitlementNeeded"


async def test_a_grant_is_renewed_until_the_code_is_withdrawn(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI, tokens_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app, access_level="vip")
    token = await tokens.a_token(tokens_app)
    await send(browser, "/code", "/code", {"code": token.code})
    assert grant_in(await see(browser, f"/watch/{film.slug}"))
    answer = await renewed(browser, film.slug)
    assert answer.status_code == 200
    assert 2 <= answer.json()["renew_seconds"] <= 30
    await tokens.as_service(tokens_app).revoke(token.code)
    assert (await renewed(browser, film.slug)).status_code == 403
    assert (await browser.get(f"/watch/{film.slug}")).status_code == 303


async def test_a_browser_that_knows_hls_itself_gets_one_long_grant(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app)
    short = (await renewed(browser, film.slug)).json()
    native = (await renewed(browser, film.slug, kind="native")).json()
    assert native["expires_at"] > short["expires_at"]


async def test_a_film_plays_without_scripts_where_hls_is_known(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app)
    answer = await send(browser, "/code", f"/watch/{film.slug}/native", {})
    assert answer.status_code == 200
    assert re.search(r'<video[^>]+src="http://media/bcdn_token[^"]+/playlist.m3u8"', answer.text)


async def test_a_film_in_preparation_sends_one_to_its_page(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app)
    async with library_app.state.database.sessions.begin() as session:
        video = await session.get_one(Video, UUID(film.video_guid))
        video.status = VideoStatus.error
    await catalog.as_admin(catalog_app).refresh_video(film.id)
    assert "en préparation" in (await see(browser, f"/films/{film.slug}")).text
    answer = await browser.get(f"/watch/{film.slug}")
    assert answer.headers["location"] == f"/films/{film.slug}"


async def test_the_policy_of_the_watch_page_lets_the_film_in_and_nothing_else(
    browser: httpx.AsyncClient,
) -> None:
    policy = (await browser.get("/")).headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "connect-src 'self' http://media" in policy
    assert "media-src 'self' blob: data: http://media" in policy
    assert "unsafe" not in policy
