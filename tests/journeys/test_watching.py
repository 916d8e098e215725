"""What a viewer lives through, in a real Chromium: codes, keys, a cut line, a small telephone."""

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect
from pydantic import SecretStr

import catalog_service.app
import transcoder_service.app
from kit.client import Signer
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.settings import WEAK
from public_interface.app import create_app
from tests.catalog_service.conftest import (
    API_KEY,
    CDN_KEY,
    LIBRARY,
    READ_KEY,
    MakeSettings,
    nobody,
    settings,
    tokens_app,
)
from tests.conftest import DatabaseUrl, Start
from tests.factories import tokens
from tests.journeys.cinema import Cinema, a_film_on_screen, becomes, plays_on, served, viewer
from tests.journeys.running import free_ports
from tests.public_interface.conftest import portal_settings, speaking_to
from tests.wiring import http
from transcoder_service.settings import Settings as LibrarySettings

__all__ = ["settings", "tokens_app"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
GRANT_SECONDS = 20


@pytest.fixture
async def cinema(
    database_url: DatabaseUrl,
    valkey_url: str,
    tmp_path: Path,
    start: Start,
    settings: MakeSettings,
    tokens_app: FastAPI,
) -> AsyncIterator[Cinema]:
    portal_port, origin_port = free_ports(2)
    portal_url, origin_url = (f"http://127.0.0.1:{port}" for port in (portal_port, origin_port))
    library_app = await start(
        transcoder_service.app.create_app(
            LibrarySettings(
                environment="test",
                database_url=database_url("transcoder_service"),
                valkey_url=valkey_url,
                library_id=LIBRARY,
                api_key=SecretStr(API_KEY),
                read_only_key=SecretStr(READ_KEY),
                cdn_key=SecretStr(CDN_KEY),
                webhook_url="",
                allowed_origins=portal_url,
                public_url=origin_url,
                media_url=str(tmp_path / "media"),
                uploads_path=str(tmp_path / "uploads"),
                scratch_path=str(tmp_path / "scratch"),
            )
        )
    )
    library = VideoLibraryClient(http(library_app), LIBRARY, API_KEY)
    codes = TokensClient(http(tokens_app), Signer(WEAK, "catalog_service", "tokens_service"))
    made = settings(bunny_cdn_url=origin_url, grant_seconds=GRANT_SECONDS)
    catalog = await start(catalog_service.app.create_app(made, library, codes, *nobody()))
    portal = await start(
        create_app(
            portal_settings(valkey_url, bunny_cdn_url=origin_url, portal_public_url=portal_url),
            *speaking_to(catalog, tokens_app),
        )
    )
    found = Cinema(portal_url, catalog, tokens_app, library)
    async with served((portal, portal_port), (library_app, origin_port)):
        yield found
    assert found.troubles == []


async def test_a_code_opens_the_film_and_its_withdrawal_closes_it(
    cinema: Cinema, tmp_path: Path
) -> None:
    slug = await a_film_on_screen(cinema, tmp_path, "vip", seconds=60)
    token = await tokens.a_token(cinema.tokens)
    async with viewer(cinema) as page:
        await page.goto(cinema.url)
        await page.get_by_role("link", name="Nuit sur la lagune").first.click()
        await page.get_by_label("Votre code").fill(token.code.lower())
        await page.get_by_role("button", name="Ouvrir").click()
        await plays_on(page, 1)
        await the_player_obeys(page)
        await tokens.as_service(cinema.tokens).revoke(token.code)
        await expect(page.locator("[data-panel=locked]")).to_be_visible(timeout=60_000)
        assert await page.evaluate("document.querySelector('video').paused")
        assert await page.evaluate("document.activeElement.closest('[data-panel=locked]') !== null")
        await page.goto(f"{cinema.url}/watch/{slug}")
        assert page.url.endswith(f"/films/{slug}#unlock")


async def the_player_obeys(page: Page) -> None:
    """Pause, find the captions, choose a quality by what it costs: by keyboard and by hand."""
    await page.keyboard.press("k")
    await becomes(page, "document.querySelector('video').paused")
    await page.keyboard.press("c")
    await becomes(
        page,
        "[...document.querySelector('video').textTracks].some(t => t.mode === 'showing' && t.cues)",
    )
    await page.get_by_role("button", name="Qualité").click()
    costs = await page.locator("[data-menu=quality] li").all_inner_texts()
    assert any("240p" in cost and "Mo/h" in cost for cost in costs)
    await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    await expect(page.locator("[data-panel=help]")).to_be_visible()
    await page.keyboard.press("?")
    await page.get_by_role("button", name="Lire ou mettre en pause").click()
    await becomes(page, "!document.querySelector('video').paused")


async def test_a_small_screen_is_not_sent_more_than_it_shows(
    cinema: Cinema, tmp_path: Path
) -> None:
    slug = await a_film_on_screen(cinema, tmp_path, "public")
    for width, height in ((250, 144), (800, 240)):
        async with viewer(cinema, width=width) as page:
            await page.goto(f"{cinema.url}/watch/{slug}")
            await plays_on(page, 1)
            await page.keyboard.press("8")  # what follows was not in the first, careful seconds
            await plays_on(page, 82)
            assert await page.evaluate("document.querySelector('video').videoHeight") == height


async def test_a_cut_line_is_waited_for_and_the_film_goes_on_where_it_was(
    cinema: Cinema, tmp_path: Path
) -> None:
    slug = await a_film_on_screen(cinema, tmp_path, "public")
    async with viewer(cinema) as page:
        await page.goto(f"{cinema.url}/watch/{slug}")
        await plays_on(page, 1)
        await page.context.set_offline(True)
        await expect(page.locator(".player-message")).to_contain_text("La ligne est coupée")
        await page.keyboard.press("7")
        await page.context.set_offline(False)
        await plays_on(page, 72)
        await page.keyboard.press("k")
        await page.goto(f"{cinema.url}/films/{slug}")
        await expect(page.get_by_role("link", name="Reprendre à 1 min")).to_be_visible()
        await page.get_by_role("link", name="Reprendre à 1 min").click()
        await plays_on(page, 71)


async def test_no_page_moves_sideways_or_jumps_on_a_small_telephone(
    cinema: Cinema, tmp_path: Path
) -> None:
    slug = await a_film_on_screen(cinema, tmp_path, "vip", seconds=10)
    async with viewer(cinema, width=360) as page:
        await page.add_init_script(
            "window.jumps = 0; new PerformanceObserver(l => l.getEntries().forEach(e => {"
            "if (!e.hadRecentInput) window.jumps += e.value}))"
            ".observe({type: 'layout-shift', buffered: true});"
        )
        paths = ("/", "/films", "/series", f"/films/{slug}", "/code", "/nowhere")
        for path, theme in product(paths, ("dark", "light")):
            await page.goto(f"{cinema.url}{path}?theme={theme}")
            await page.wait_for_load_state("networkidle")
            sideways = "document.documentElement.scrollWidth - window.innerWidth"
            assert await page.evaluate(sideways) <= 0, (path, theme)
            assert await page.evaluate("window.jumps") < 0.1, (path, theme)


async def test_without_scripts_films_are_found_and_codes_are_taken(
    cinema: Cinema, tmp_path: Path
) -> None:
    slug = await a_film_on_screen(cinema, tmp_path, "vip", seconds=10)
    token = await tokens.a_token(cinema.tokens)
    async with viewer(cinema, java_script_enabled=False) as page:
        await page.goto(f"{cinema.url}/films")
        await page.get_by_label("Chercher un film, une personne, un thème").fill("lagune")
        await page.get_by_role("button", name="Chercher").last.click()
        await page.get_by_role("link", name="Nuit sur la lagune").click()
        await page.get_by_label("Votre code").fill(token.code)
        await page.get_by_role("button", name="Ouvrir").click()
        await page.get_by_role("button", name="Lire quand même").click()
        await expect(page.locator("video")).to_have_count(1)
        assert "bcdn_token" in (await page.locator("video").get_attribute("src") or "")
        assert page.url.endswith(f"/watch/{slug}/native")
