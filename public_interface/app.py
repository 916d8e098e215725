"""The portal, put together: `uvicorn --factory public_interface.app:create_app`."""

from pathlib import Path

from fastapi import FastAPI

from kit.client import ServiceClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.tokens import TokensClient
from kit.site.app import build_site
from public_interface.pages import browse, code, film, home, images, robots, series, watch
from public_interface.settings import Settings

PAGES = (home, browse, film, series, code, watch, images, robots)
VENDOR = {
    "vendor/hls.mjs": "hls.js/dist/hls.min.mjs",
    "vendor/hls.worker.js": "hls.js/dist/hls.worker.js",
}


def create_app(settings: Settings | None = None, *clients: ServiceClient) -> FastAPI:
    settings = settings or Settings()
    wired = clients or (
        CatalogClient.at(settings, settings.catalog_url),
        TokensClient.at(settings, settings.tokens_url),
    )
    app = build_site(
        settings,
        *(page.router for page in PAGES),
        folder=Path(__file__).parent,
        clients=wired,
        vendor=VENDOR,
        origins=(settings.bunny_cdn_url,),
    )
    app.state.pictures = images.Kept(settings.image_cache_bytes)
    return app
