"""Watching at the portal, and finding that it is closed again."""

import re

import httpx
from fastapi import FastAPI
from sqlalchemy import select

from kit.contracts.catalog.films import Film
from payments_service.actions.films import access
from payments_service.models.shop import Grant
from tests.admin_interface.browsing import see
from tests.payments_service.giving import until


async def watches(browser: httpx.AsyncClient, film: Film, seconds: float) -> None:
    """Have the player ask for its next grant after so many seconds."""
    page = await see(browser, f"/watch/{film.slug}")
    token = re.search(r'data-csrf="([^"]+)"', page.text)
    assert token
    answer = await browser.post(
        f"/watch/{film.slug}/grant",
        json={"kind": "hls", "watched_seconds": seconds},
        headers={"X-CSRF-Token": token[1], "Accept": "application/json"},
    )
    assert answer.status_code == 200, answer.text


async def closed(browser: httpx.AsyncClient, payments: FastAPI, film: Film) -> None:
    """Wait until the film is locked; tokens_service is told by a job, or by us."""
    async with payments.state.database.reads() as session:
        of_film = select(Grant.id).where(Grant.film_id == film.id)
        grants = (await session.scalars(of_film)).all()
    for grant_id in grants:
        await access.follow(payments.state.tools, grant_id)
    here = f"/watch/{film.slug}"
    answer = await until(lambda: browser.get(here), lambda found: found.status_code != 200)
    assert answer.headers["location"] == f"/films/{film.slug}#unlock"


async def opened(browser: httpx.AsyncClient, film: Film) -> None:
    """Wait until the film can be watched."""
    here = f"/watch/{film.slug}"
    await until(lambda: browser.get(here), lambda found: found.status_code == 200)
