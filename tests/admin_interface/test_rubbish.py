"""Whatever is typed into the dashboard, it answers."""

import httpx
from fastapi import FastAPI

from kit.contracts.catalog.changes import FilmNew
from kit.contracts.tokens import AccessLevel, Mint
from tests.admin_interface.conftest import Studio
from tests.rubbish import troubles


async def test_no_form_of_the_dashboard_is_upset_by_rubbish(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    await studio.catalog.create_film(FilmNew(title="Nuit"))
    await studio.tokens.mint(Mint(title="Nuit", access_level=AccessLevel.vip))
    found = await troubles(dana)
    assert found == [], "\n".join(found)
