"""What a first visit to the portal's home costs over the wire, before pictures, in a real Chromium.

    ./karangou bench portal_weight

A catalogue of 500 films with a hero and six rails of twelve; empty cache, HTTP/1.1 without TLS.
Counted are the bytes that the browser received, headers included, of everything but pictures.
Goal: at most 30 KB (30 000 bytes), and one stylesheet.
"""

import asyncio
import logging
import os
import socket
from collections import Counter
from contextlib import suppress
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI
from playwright.async_api import async_playwright

import catalog_service.app
import public_interface.app
from benchmarks._catalog_films import engines, seeded
from catalog_service.settings import Settings as CatalogSettings
from kit.client import Signer
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.shelves import RailNew
from kit.contracts.tokens import TokensClient
from kit.settings import WEAK
from public_interface.settings import Settings
from suite.browser import VARIABLE, find_chromium

FILMS = 500
GOAL = 30_000
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


async def main() -> None:
    postgres, valkey = engines()
    try:
        logging.disable(logging.CRITICAL)  # nobody takes the audit of furnishing
        database_url = await asyncio.to_thread(seeded, postgres, FILMS)
        common: dict[str, Any] = {"environment": "test", "valkey_url": valkey.url(0)}
        catalog = catalog_service.app.create_app(
            CatalogSettings(**common, database_url=database_url)
        )
        async with catalog.router.lifespan_context(catalog):
            client = CatalogClient(
                httpx.AsyncClient(transport=httpx.ASGITransport(catalog), base_url="http://c"),
                Signer(WEAK, "public_interface", "catalog_service"),
            )
            await furnish(client)
            tokens = TokensClient.at(Settings(**common), "http://127.0.0.1:9")
            await measure(public_interface.app.create_app(Settings(**common), client, tokens))
    finally:
        postgres.stop()
        valkey.stop()


async def furnish(client: CatalogClient) -> None:
    """Hang up a hero and six rails, unless they hang already."""
    if (await client.rails()).items:
        return
    films = (await client.films(limit=80)).items
    await client.create_rail(RailNew(title_fr="À l’affiche", kind="hero", film_ids=[films[0].id]))
    for number in range(6):
        chosen = [film.id for film in films[1 + number * 12 : 13 + number * 12]]
        title = ("Nouveautés", "Drames", "Comédies", "Documentaires", "Courts", "Classiques")[
            number
        ]
        await client.create_rail(RailNew(title_fr=title, film_ids=chosen))


async def measure(portal: FastAPI) -> None:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(portal, port=port, log_level="error"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  (uvicorn tells it in no other way)
        await asyncio.sleep(0.05)
    for width in (1440, 360):
        report(width, await visit(f"http://127.0.0.1:{port}/", width))
    server.should_exit = True
    with suppress(asyncio.CancelledError):
        await serving


async def visit(address: str, width: int) -> list[tuple[str, str, int]]:
    """Return kind, address and received bytes of everything that a first visit loads."""
    async with async_playwright() as playwright:
        path = os.environ.get(VARIABLE) or find_chromium()
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        page = await browser.new_page(viewport={"width": width, "height": 900})
        wire = await page.context.new_cdp_session(page)
        kinds: dict[str, tuple[str, str]] = {}
        found: list[tuple[str, str, int]] = []

        def noted(event: dict[str, Any]) -> None:
            kinds[event["requestId"]] = (event["type"], event["response"]["url"])

        def loaded(event: dict[str, Any]) -> None:
            kind, url = kinds.get(event["requestId"], ("Other", "?"))
            found.append((kind, url, round(event["encodedDataLength"])))

        wire.on("Network.responseReceived", noted)
        wire.on("Network.loadingFinished", loaded)
        await wire.send("Network.enable")
        await page.goto(address)
        await page.wait_for_load_state("networkidle")
        posters = await page.locator(".poster").count()
        print(f"\n{width} px wide: {posters} posters on the page")
        await browser.close()
        return found


def report(width: int, found: list[tuple[str, str, int]]) -> None:
    counted = [each for each in found if not (each[0] == "Image" and "favicon" not in each[1])]
    for kind, address, size in counted:
        print(f"  {size:7,} B  {kind:10} {address.rpartition('/')[2] or '/'}")
    total = sum(size for _, _, size in counted)
    sheets = Counter(kind for kind, _, _ in counted)["Stylesheet"]
    print(f"  {total:7,} B  before pictures; ÷ goal of {GOAL:,} B = {total / GOAL:.2f}")
    print(f"  {sheets} stylesheet(s)")


if __name__ == "__main__":
    asyncio.run(main())
