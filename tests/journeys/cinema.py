"""The portal, the catalogue, codes and the video library on real ports, with a film on screen."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import uvicorn
from fastapi import FastAPI
from playwright.async_api import Page, async_playwright
from pydantic import SecretStr

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import VideoNew, VideoStatus
from suite.browser import find_chromium
from tests.catalog_service.conftest import API_KEY, CDN_KEY, LIBRARY, READ_KEY
from tests.factories import footage
from tests.factories.catalog import a_film, as_admin
from tests.journeys.running import FLAGS
from transcoder_service.settings import Settings as LibrarySettings

SECONDS = 100


@dataclass
class Cinema:
    """`tokens` mints and revokes; `troubles` is what a browser complained about."""

    url: str
    catalog: FastAPI
    tokens: FastAPI
    library: VideoLibraryClient
    troubles: list[str] = field(default_factory=list)


@asynccontextmanager
async def served(*apps: tuple[FastAPI, int]) -> AsyncIterator[None]:
    """Serve apps whose life has begun already."""
    servers = [
        uvicorn.Server(uvicorn.Config(app, port=port, lifespan="off", log_config=None))
        for app, port in apps
    ]
    running = [asyncio.create_task(server.serve()) for server in servers]
    while not all(server.started for server in servers):
        await asyncio.wait(running, timeout=0.02)
    yield
    for server in servers:
        server.should_exit = True
    await asyncio.gather(*running)


class Watched(Protocol):
    """Whatever notes what a browser complained about."""

    troubles: list[str]


@asynccontextmanager
async def viewer(cinema: Watched, width: int = 1280, **more: object) -> AsyncIterator[Page]:
    """Open a page in a new Chromium; it notes what breaks its policy or its scripts."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        context = await browser.new_context(
            viewport={"width": width, "height": 780},
            locale="fr-FR",
            **more,  # type: ignore[arg-type]  # any option of playwright's
        )
        page = await context.new_page()
        page.set_default_timeout(45_000)
        page.on("pageerror", lambda error: cinema.troubles.append(str(error)))
        page.on("console", lambda line: _note(cinema, line.text))
        yield page
        await browser.close()


def _note(cinema: Watched, text: str) -> None:
    if "Content Security Policy" in text:
        cinema.troubles.append(text)


async def a_film_on_screen(
    cinema: Cinema, folder: Path, access: str, seconds: int = SECONDS
) -> str:
    """Send a film through the library, publish it, and return its slug."""
    slow = "fps=1,fps=6"  # a picture a second is quick to encode
    path = footage.a_film(
        folder / "film.mp4", size="426x240", rate="6", seconds=seconds, filters=slow
    )
    captions = b"WEBVTT\n\n00:01.000 --> 01:30.000\nLe projecteur tousse.\n"
    made = await cinema.library.create_video(VideoNew(title="Nuit sur la lagune"))
    await cinema.library.upload(made.guid, path.read_bytes())
    async with asyncio.timeout(240):
        while (await cinema.library.get_video(made.guid)).status != VideoStatus.finished:
            await a_moment()
    await cinema.library.add_caption(made.guid, "fr", "Français", captions)
    film = await a_film(
        cinema.catalog, title="Nuit sur la lagune", video_guid=made.guid, access_level=access
    )
    admin = as_admin(cinema.catalog)
    await admin.refresh_video(film.id)
    await admin.publish_film(film.id)
    return film.slug


async def plays_on(page: Page, beyond: float) -> None:
    """Wait until the picture really moves past that second."""
    await becomes(page, f"document.querySelector('video').currentTime > {beyond}")


async def becomes(page: Page, truth: str) -> None:
    """Wait until an expression is true (playwright's own way to wait would break our policy)."""
    async with asyncio.timeout(45):
        while not await page.evaluate(truth):
            await a_moment()


async def a_moment() -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 0.2)


def own_library(
    database: str, valkey_url: str, folder: Path, portal_port: int, port: int, *_others: int
) -> LibrarySettings:
    return LibrarySettings(
        environment="test",
        database_url=database,
        valkey_url=valkey_url,
        library_id=LIBRARY,
        api_key=SecretStr(API_KEY),
        read_only_key=SecretStr(READ_KEY),
        cdn_key=SecretStr(CDN_KEY),
        webhook_url="",
        allowed_origins=f"http://127.0.0.1:{portal_port}",
        public_url=f"http://127.0.0.1:{port}",
        media_url=str(folder / "media"),
        uploads_path=str(folder / "uploads"),
        scratch_path=str(folder / "scratch"),
    )
