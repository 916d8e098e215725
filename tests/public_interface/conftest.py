"""The portal beside the real catalogue, codes and video library."""

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from kit.client import Signer
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.tokens import TokensClient
from kit.settings import WEAK
from public_interface.app import create_app
from public_interface.settings import Settings
from tests.catalog_service.conftest import app as catalog_app
from tests.catalog_service.conftest import library, library_app, settings, tokens_app
from tests.conftest import Start
from tests.wiring import http

__all__ = ["catalog_app", "library", "library_app", "settings", "tokens_app"]

BROWSER = {
    "Accept": "text/html",
    "Accept-Language": "fr",
    "Sec-Fetch-Site": "same-origin",
}


def portal_settings(valkey_url: str, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "environment": "test",
        "valkey_url": valkey_url,
        "portal_public_url": "http://portal.test",
        "bunny_cdn_url": "http://media",
    }
    return Settings(**(values | changes))


def speaking_to(catalog: FastAPI, tokens: FastAPI) -> tuple[CatalogClient, TokensClient]:
    return (
        CatalogClient(http(catalog), Signer(WEAK, "public_interface", "catalog_service")),
        TokensClient(http(tokens), Signer(WEAK, "public_interface", "tokens_service")),
    )


@pytest.fixture
async def app(catalog_app: FastAPI, tokens_app: FastAPI, valkey_url: str, start: Start) -> FastAPI:
    made = create_app(portal_settings(valkey_url), *speaking_to(catalog_app, tokens_app))
    return await start(made)


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a browser without scripts, which keeps its cookies."""
    async with visitor(app) as found:
        yield found


def visitor(app: FastAPI, **headers: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://portal.test",
        headers={**BROWSER, **headers},
    )


@pytest.fixture
def poster() -> bytes:
    """Give a picture as an admin would send one."""
    found = io.BytesIO()
    Image.linear_gradient("L").resize((400, 600)).save(found, "PNG")
    return found.getvalue()
