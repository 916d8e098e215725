"""An admin with a telephone writes a post, cuts its clip from a film, and sees it go out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from kit.contracts.catalog.changes import FilmNew
from kit.contracts.transcoder.wire import VideoNew, VideoStatus
from tests.admin_interface.browsing import send
from tests.admin_interface.conftest import Studio, dana, of_accounts, stranger, studio
from tests.admin_interface.test_social import KEYS, NEW, of_publisher, telegram
from tests.factories import footage
from tests.fakes.telegram import Telegram
from tests.journeys.cinema import a_moment, becomes, served, viewer
from tests.journeys.running import free_ports

__all__ = ["dana", "of_accounts", "of_publisher", "stranger", "studio", "telegram"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
NOT_WIDER = "document.documentElement.scrollWidth <= innerWidth"


@dataclass
class Desk:
    """The dashboard on a real port, with one film; `cookies` are Dana's."""

    url: str
    cookies: list[dict[str, Any]]
    troubles: list[str] = field(default_factory=list)


@pytest.fixture
def library_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """Say where films are fetched from, before any app reads its settings."""
    (port,) = free_ports(1)
    monkeypatch.setenv("BUNNY_CDN_URL", f"http://127.0.0.1:{port}")
    return port


@pytest.fixture
async def desk(
    library_port: int, studio: Studio, dana: httpx.AsyncClient, tmp_path: Path
) -> AsyncIterator[Desk]:
    path = footage.a_film(tmp_path / "film.mp4", size="320x180", rate="6", seconds=9)
    made = await studio.library.create_video(VideoNew(title="Nuit sur la lagune"))
    await studio.library.upload(made.guid, path.read_bytes())
    async with asyncio.timeout(240):
        while (await studio.library.get_video(made.guid)).status != VideoStatus.finished:
            await a_moment()
    film = await studio.catalog.create_film(
        FilmNew(title="Nuit sur la lagune", video_guid=made.guid)
    )
    await studio.catalog.refresh_video(film.id)
    await send(dana, NEW, NEW, KEYS)
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    cookies = [
        {"name": each.name, "value": each.value or "", "url": url} for each in dana.cookies.jar
    ]
    async with served((studio.library_app, library_port), (studio.app, port)):
        yield Desk(url, cookies)


async def test_a_post_with_a_clip_is_written_on_a_telephone_and_seen_going_out(
    desk: Desk, telegram: Telegram
) -> None:
    async with viewer(desk, width=360) as page:
        await page.context.add_cookies(desk.cookies)  # type: ignore[arg-type]  # playwright's own dict
        await _write(page, desk)
        await _cut(page)
        assert await page.evaluate(NOT_WIDER)
        await page.click("button[value=publish]")
        await page.wait_for_url("**/social/publications/*")
        await expect(page.locator("live-part .badge")).to_have_text("Publié")
        await page.goto(f"{desk.url}/social/calendar")
        assert await page.evaluate(NOT_WIDER)
        await expect(page.locator(".planned")).to_contain_text("Ce soir")
        await page.set_viewport_size({"width": 1280, "height": 800})
        await page.focus("[aria-current=date].calendar-day")
        await page.keyboard.press("Home")
        monday = await page.evaluate("document.activeElement.textContent")
        await page.keyboard.press("End")
        assert await page.evaluate("document.activeElement.textContent") != monday
    (message,) = telegram.messages
    assert (message.method, message.text) == ("sendVideo", "Deux mots 🎬")
    assert message.file[4:8] == b"ftyp"
    assert desk.troubles == []


async def _write(page: Page, desk: Desk) -> None:
    """Fill the form; the count follows, as Telegram counts: an emoji is two."""
    await page.goto(f"{desk.url}/social/new")
    await page.fill("[name=title]", "Ce soir")
    await page.fill("[name=text]", "Deux mots 🎬")
    await page.check("[name=accounts]")
    await becomes(page, "document.querySelector('[data-count]').textContent.startsWith('12 / 4')")
    await expect(page.locator(".post-card")).to_contain_text("Deux mots")


async def _cut(page: Page) -> None:
    """Cut three seconds; they can be looked at, and beside a clip less text fits."""
    await page.select_option("[name=film_id]", label="Nuit sur la lagune · 0:09")
    await page.fill("[name=clip_from]", "2")
    await page.fill("[name=clip_to]", "0:05")
    await page.select_option("[name=shape]", "square")
    await page.click("button[value=clip]")
    await becomes(page, "document.querySelector('.chosen-media video')?.videoWidth === 720")
    await becomes(page, "document.querySelector('[data-count]').textContent.startsWith('12 / 1')")
