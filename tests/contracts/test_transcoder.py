"""The client of the video library against odd answers, and against our own library."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import (
    tus_headers,
)
from kit.contracts.transcoder.wire import (
    CollectionNotFound,
    LibraryBusy,
    LibraryKeyRefused,
    LibraryUnavailable,
    Video,
    VideoAlreadyUploaded,
    VideoBusy,
    VideoNew,
    VideoNotFound,
    VideoRefused,
    VideoStatus,
)
from kit.errors import AppError, Unavailable
from tests.conftest import DatabaseUrl, Start
from tests.fuzzing import upsets
from tests.transcoder_service.world import API_KEY, LIBRARY, settings_in
from tests.wiring import http
from transcoder_service.app import create_app

GUID = "657bb740-a71b-4529-a012-528021c31a92"
EXPIRES = 1893456000


def answering(status: int, body: object, **headers: str) -> VideoLibraryClient:
    def answer(_: httpx.Request) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.Response(status, content=content, headers=headers)

    transport = httpx.MockTransport(answer)
    return VideoLibraryClient(httpx.AsyncClient(transport=transport, base_url="http://b"), 1, "k")


Call = Callable[[VideoLibraryClient], object]
PASCAL_401 = {
    "Success": False,
    "Message": "Authentication has been denied for this request.",
    "StatusCode": 401,
}
MIRRORED = {
    "success": False,
    "message": "Origin returned HTTP 403 (Forbidden).",
    "statusCode": 403,
}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, PASCAL_401, LibraryKeyRefused),
        (200, PASCAL_401, LibraryKeyRefused),
        (200, MIRRORED, LibraryKeyRefused),
        (403, b"", LibraryKeyRefused),
        (404, b"", VideoNotFound),
        (404, "not found", VideoNotFound),
        (409, {"message": "busy"}, VideoBusy),
        (400, {"success": False, "message": "no", "statusCode": 400}, VideoRefused),
        (400, "a plain string", VideoRefused),
        (400, {"valid": False, "errorList": ["bad"]}, VideoRefused),
        (429, b"", LibraryBusy),
        (500, b"<html>", LibraryUnavailable),
        (502, b"", LibraryUnavailable),
        (200, b"<html>", LibraryUnavailable),
        (200, {"success": False}, LibraryUnavailable),
    ],
)
async def test_an_odd_answer_becomes_a_named_error(
    status: int, body: object, error: type[AppError]
):
    with pytest.raises(error):
        await answering(status, body).delete_video(GUID)


async def test_the_library_says_how_long_to_wait():
    with pytest.raises(LibraryBusy) as caught:
        await answering(429, b"", **{"Retry-After": "7"}).get_video(GUID)
    assert caught.value.extra["retry_after"] == 7


async def test_a_missing_collection_is_named():
    with pytest.raises(CollectionNotFound):
        await answering(404, b"").get_collection(GUID)


@pytest.mark.parametrize("body", [b"", {"message": "The video was Already uploaded."}])
async def test_a_second_upload_is_named(body: object):
    with pytest.raises(VideoAlreadyUploaded):
        await answering(400, body).upload(GUID, b"film")


async def test_a_list_may_be_null_and_fields_unknown():
    found = await answering(200, {"totalItems": 0, "items": None, "new": 1}).list_videos()
    assert (found.items, found.total_items) == (None, 0)


@pytest.mark.parametrize(
    "moment", ["2023-12-20T15:05:33.6472095Z", "2023-12-20T15:05:33.647", "2023-12-20T15:05:33Z"]
)
def test_moments_are_read_leniently_and_in_utc(moment: str):
    found = Video.model_validate(
        {"videoLibraryId": 1, "guid": GUID, "title": "A", "dateUploaded": moment, "status": 99}
    )
    assert found.date_uploaded.isoformat().startswith("2023-12-20T15:05:33")
    assert found.date_uploaded.utcoffset() is not None
    assert found.status == 99


async def test_the_key_and_the_path_are_sent():
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"success": True, "message": "OK", "statusCode": 200})

    http_client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://b")
    client = VideoLibraryClient(http_client, 7, "the key")
    await client.delete_caption("a/../b?c", "fr")
    assert seen[0].headers["AccessKey"] == "the key"
    assert seen[0].url.raw_path == b"/library/7/videos/a%2F..%2Fb%3Fc/captions/fr"


async def test_what_cannot_be_repeated_is_not_repeated():
    calls = 0

    def answer(_: httpx.Request) -> httpx.Response:
        nonlocal calls
        calls += 1
        return httpx.Response(503)

    http_client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://b")
    client = VideoLibraryClient(http_client, 1, "k")
    with pytest.raises(Unavailable):
        await client.create_video(VideoNew(title="A"))
    assert calls == 1


# --- the client against our own library ----------------------------------------------------


@pytest.fixture
async def app(database_url: DatabaseUrl, valkey_url: str, start: Start, tmp_path: Path) -> FastAPI:
    database = database_url("transcoder_service")
    settings = settings_in(tmp_path, database_url=database, valkey_url=valkey_url, webhook_url="")
    return await start(create_app(settings))


async def test_the_client_speaks_with_our_library(app: FastAPI):
    library = VideoLibraryClient(http(app), LIBRARY, API_KEY)
    await library.ping()
    made = await library.create_video(VideoNew(title="Sira"))
    assert (await library.upload(made.guid, b"no film")).success
    found = await library.list_videos(search="sira")
    assert [one.guid for one in found.items or ()] == [made.guid]
    assert (found.items or [made])[0].status >= VideoStatus.uploaded
    with pytest.raises(VideoAlreadyUploaded):
        await library.upload(made.guid, b"no film")
    with pytest.raises(LibraryKeyRefused):
        await VideoLibraryClient(http(app), LIBRARY, "wrong").ping()
    await library.delete_video(made.guid)
    with pytest.raises(VideoNotFound):
        await library.get_video(made.guid)


async def test_nothing_upsets_the_library(app: FastAPI):
    signed = tus_headers(LIBRARY, API_KEY, EXPIRES, GUID)
    headers = {"AccessKey": API_KEY, "Tus-Resumable": "1.0.0", **signed}
    assert await upsets(app, headers=headers, each=20) == []
