"""Whatever a visitor types into the portal, it answers."""

import httpx
from fastapi import FastAPI

from tests.factories.catalog import a_published_film
from tests.rubbish import troubles


async def test_no_form_of_the_portal_is_upset_by_rubbish(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    for access in ("public", "vip"):
        await a_published_film(
            catalog_app, library_app, title=f"Nuit {access}", access_level=access
        )
    assert await troubles(browser) == []
