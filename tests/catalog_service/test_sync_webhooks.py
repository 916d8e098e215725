"""The library's webhooks: signed, believed only when asked, and made good when lost."""

from datetime import timedelta

import httpx
import orjson
import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import webhook_headers
from kit.contracts.transcoder.wire import VideoStatus
from tests.catalog_service import run_jobs
from tests.catalog_service.conftest import LIBRARY, READ_KEY
from tests.catalog_service.filled import change_video, the_films
from tests.factories.catalog import a_video, as_admin
from tests.wiring import http


async def tell(app: FastAPI, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with http(app) as client:
        return await client.post("/webhooks/video", content=body, headers=headers)


def a_webhook(guid: str, status: int = 3) -> bytes:
    return orjson.dumps({"VideoLibraryId": LIBRARY, "VideoGuid": guid, "Status": status})


async def test_a_signed_webhook_makes_us_look(app: FastAPI, library_app: FastAPI) -> None:
    guid = await a_video(library_app)
    body = a_webhook(guid)
    for _ in range(3):
        answer = await tell(app, body, webhook_headers(READ_KEY, body))
        assert answer.status_code == 204
    await run_jobs.until(lambda: has_film(app, guid))
    assert len((await the_films(app)).items) == 1


async def has_film(app: FastAPI, guid: str) -> bool:
    return bool((await as_admin(app).films(FilmQuery(status="all", video_guid=guid))).items)


@pytest.mark.parametrize("status", [0, 1, 3, 5, 9, 99])
async def test_what_a_webhook_says_of_the_state_is_not_believed(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient, status: int
) -> None:
    guid = await a_video(library_app, status=VideoStatus.transcoding, available_resolutions=None)
    body = a_webhook(guid, status)
    await tell(app, body, webhook_headers(READ_KEY, body))
    await run_jobs.until(lambda: has_film(app, guid))
    film = (await the_films(app)).items[0]
    assert film.video_state == "processing"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        webhook_headers("another key", a_webhook("g")),
        webhook_headers(READ_KEY, a_webhook("other")),
        webhook_headers(READ_KEY, a_webhook("g")) | {"X-BunnyStream-Signature-Version": "v2"},
        webhook_headers(READ_KEY, a_webhook("g")) | {"X-BunnyStream-Signature-Algorithm": "md5"},
    ],
)
async def test_a_forged_webhook_is_refused(app: FastAPI, headers: dict[str, str]) -> None:
    answer = await tell(app, a_webhook("g"), headers)
    assert (answer.status_code, answer.json()["error"]) == (401, "WebhookForged")


async def test_signed_nonsense_is_told_so(app: FastAPI) -> None:
    answer = await tell(app, b"[]", webhook_headers(READ_KEY, b"[]"))
    assert answer.status_code == 400


async def test_lost_webhooks_are_made_good(
    app: FastAPI, library_app: FastAPI, library: VideoLibraryClient
) -> None:
    old = await a_video(
        library_app,
        status=VideoStatus.transcoding,
        available_resolutions=None,
        created_at=clock.now() - timedelta(days=9),
    )
    await run_jobs.read_video(app, library, old)
    await change_video(library_app, old, status=VideoStatus.finished, available_resolutions="240p")
    new = await a_video(library_app)
    await run_jobs.sync.reconcile(app.state.database.sessions.begin, library)
    found = {each.video_guid: each.video_state for each in (await the_films(app)).items}
    assert found == {old: "ready", new: "ready"}
