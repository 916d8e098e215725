"""transcoder_service, put together: `uvicorn --factory transcoder_service.app:create_app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from kit.web import build_app
from transcoder_service.actions.origin import Origin
from transcoder_service.endpoints import collections, errors, origin, tus, videos
from transcoder_service.endpoints.given import Tools
from transcoder_service.providers.fetching import Fetcher
from transcoder_service.providers.spool import Spool
from transcoder_service.providers.storage import Storage
from transcoder_service.providers.webhooks import Messenger
from transcoder_service.rules.tus import ANSWER_HEADERS, REQUEST_HEADERS
from transcoder_service.settings import Settings
from transcoder_service.tasks import encoding, library

DELIVERY_HEADERS = ("Content-Length", "Content-Range", "Accept-Ranges", "ETag", "Server-Timing")
BASE64 = 4 / 3


def create_app(
    settings: Settings | None = None,
    *,
    messenger: Messenger | None = None,
    fetcher: Fetcher | None = None,
) -> FastAPI:
    settings = settings or Settings()

    @asynccontextmanager
    async def setup(app: FastAPI) -> AsyncIterator[None]:
        storage = Storage.at(settings.media_url)
        app.state.tools = Tools(
            settings=settings,
            storage=storage,
            spool=Spool(Path(settings.uploads_path)),
            messenger=messenger or Messenger(),
            fetcher=fetcher or Fetcher(),
            origin=Origin(app.state.database.reads, storage, settings),
        )
        app.state.storage = storage
        yield
        await app.state.tools.messenger.close()

    async def store_answers() -> None:
        await app.state.storage.ping()

    app = build_app(
        settings,
        videos.router,
        collections.router,
        tus.router,
        origin.router,
        tasks=library.tasks + encoding.tasks,
        checks={"storage": store_answers},
        setup=setup,
        body_limits=_body_limits(settings),
    )
    errors.install(app)
    _let_in_pages(app, settings)
    return app


def _body_limits(settings: Settings) -> dict[str, int | None]:
    """Films are as long as they are; captions arrive in Base64, inside JSON."""
    largest = max(settings.max_picture_bytes, int(settings.max_caption_bytes * BASE64) + 4096)
    return {"PUT /library/": None, "PATCH /tusupload/": None, "/library/": largest}


def _let_in_pages(app: FastAPI, settings: Settings) -> None:
    """Let the pages of our sites play films and upload them, and no others."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=sorted(settings.origins),
        allow_methods=["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"],
        allow_headers=[*REQUEST_HEADERS, "Range", "If-None-Match", "If-Range"],
        expose_headers=[*ANSWER_HEADERS, *DELIVERY_HEADERS],
        max_age=86400,
    )
