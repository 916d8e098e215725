"""Resumable uploads: begun, gone on with, checked, ended; and by whom."""

import asyncio
import hashlib
from base64 import b64encode
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import tus_headers
from kit.contracts.transcoder.wire import VideoNew, VideoStatus
from tests.transcoder_service.tus import FILM, VERSION, begin, offset_of, send
from tests.transcoder_service.world import API_KEY, LIBRARY, SITE, Inbox, files, soon, until
from transcoder_service.rules.tus import OFFSET_TYPE
from transcoder_service.settings import Settings


async def test_a_film_comes_in_pieces(
    uploader: httpx.AsyncClient, library: VideoLibraryClient, guid: str, inbox: Inbox
):
    address = await begin(uploader, title="Sira", filetype="video/mp4", thumbnailTime="5000")
    for start in range(0, len(FILM), 30_000):
        assert await offset_of(uploader, address) == start
        answer = await send(uploader, address, start, FILM[start : start + 30_000])
        assert answer.status_code == 204
        assert answer.headers["upload-offset"] == str(min(start + 30_000, len(FILM)))
        assert answer.headers["tus-resumable"] == "1.0.0"
        assert "GMT" in answer.headers["upload-expires"]
    found = await library.get_video(guid)
    assert found.status >= VideoStatus.uploaded
    assert found.original_hash == hashlib.sha256(FILM).hexdigest()
    assert await offset_of(uploader, address) == len(FILM)
    await until(lambda: inbox.statuses(guid)[:3] == [6, 7, 0])


async def test_an_upload_says_what_it_is(uploader: httpx.AsyncClient):
    address = await begin(uploader)
    answer = await uploader.head(address)
    assert answer.headers["upload-length"] == str(len(FILM))
    assert answer.headers["upload-offset"] == "0"
    described = await uploader.options("/tusupload")
    assert described.status_code == 204
    assert described.headers["tus-version"] == "1.0.0"
    assert "creation" in described.headers["tus-extension"]
    assert int(described.headers["tus-max-size"]) > 0


@pytest.mark.parametrize("offset", [0, 50_000, 60_001, len(FILM)])
async def test_a_piece_goes_only_where_the_upload_is(uploader: httpx.AsyncClient, offset: int):
    address = await begin(uploader)
    await send(uploader, address, 0, FILM[:60_000])
    assert (await send(uploader, address, offset, FILM[offset:])).status_code == 409
    assert await offset_of(uploader, address) == 60_000


async def test_no_more_comes_than_was_said(uploader: httpx.AsyncClient, app: FastAPI):
    address = await begin(uploader, 100)
    assert (await send(uploader, address, 0, FILM)).status_code == 413
    assert (
        await send(uploader, address, await offset_of(uploader, address), b"")
    ).status_code == 204


async def test_a_damaged_piece_is_thrown_away(uploader: httpx.AsyncClient):
    address = await begin(uploader)
    digest = b64encode(hashlib.sha1(FILM[:50_000], usedforsecurity=False).digest()).decode()
    promise = {"Upload-Checksum": f"sha1 {digest}"}
    damaged = await send(uploader, address, 0, FILM[:49_999] + b"?", **promise)
    assert damaged.status_code == 460
    assert await offset_of(uploader, address) == 0
    good = await send(uploader, address, 0, FILM[:50_000], **promise)
    assert good.status_code == 204
    assert await offset_of(uploader, address) == 50_000
    unknown = await send(uploader, address, 50_000, FILM[50_000:], **{"Upload-Checksum": "crc AA"})
    assert unknown.status_code == 400


async def test_what_came_before_the_line_dropped_is_kept(
    uploader: httpx.AsyncClient, library: VideoLibraryClient, guid: str
):
    address = await begin(uploader)

    async def broken() -> AsyncIterator[bytes]:
        yield FILM[:70_000]
        raise ConnectionResetError

    given = {"Upload-Offset": "0", "Content-Type": OFFSET_TYPE}
    assert (await uploader.patch(address, content=broken(), headers=given)).is_error
    assert await offset_of(uploader, address) == 70_000
    await send(uploader, address, 70_000, FILM[70_000:])
    assert (await library.get_video(guid)).original_hash == hashlib.sha256(FILM).hexdigest()


async def test_one_writes_at_a_time(uploader: httpx.AsyncClient):
    address = await begin(uploader)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield FILM[:10]
        begun.set()
        await go_on.wait()
        yield FILM[10:]

    given = {"Upload-Offset": "0", "Content-Type": OFFSET_TYPE}
    first = asyncio.create_task(uploader.patch(address, content=slow(), headers=given))
    await begun.wait()
    assert (await send(uploader, address, 0, FILM)).status_code == 423
    go_on.set()
    assert (await first).status_code == 204
    assert await offset_of(uploader, address) == len(FILM)


async def test_an_upload_that_is_thrown_away_is_gone(
    uploader: httpx.AsyncClient, settings: Settings
):
    address = await begin(uploader)
    await send(uploader, address, 0, FILM[:100])
    assert (await uploader.delete(address)).status_code == 204
    assert (await uploader.head(address)).status_code == 404
    assert (await send(uploader, address, 100, FILM[100:])).status_code == 404
    assert files(settings.uploads_path) == []


async def test_a_file_that_was_lost_begins_anew(uploader: httpx.AsyncClient, settings: Settings):
    address = await begin(uploader)
    await send(uploader, address, 0, FILM[:100])
    files(settings.uploads_path)[0].unlink()
    assert (await send(uploader, address, 100, FILM[100:])).status_code == 404


async def test_nobody_uploads_without_a_good_signature(
    uploader: httpx.AsyncClient, viewer: httpx.AsyncClient, guid: str
):
    address = await begin(uploader)
    good = VERSION | tus_headers(LIBRARY, API_KEY, soon(), guid)
    other = "00000000-0000-0000-0000-000000000000"
    wrong = [
        VERSION,
        {key: text for key, text in good.items() if key != "AuthorizationSignature"},
        good | {"AuthorizationExpire": str(soon(3600))},
        good | {"AuthorizationExpire": ""},
        good | {"AuthorizationExpire": "soon"},
        good | {"LibraryId": "1"},
        good | {"VideoId": other},
        VERSION | tus_headers(LIBRARY, API_KEY, soon(-1), guid),
        VERSION | tus_headers(LIBRARY, "another key", soon(), guid),
    ]
    for headers in wrong:
        begun = {**headers, "Upload-Length": "5"}
        assert (await viewer.post("/tusupload", headers=begun)).status_code == 401
        assert (await viewer.head(address, headers=headers)).status_code == 401
        piece = {**headers, "Upload-Offset": "0", "Content-Type": OFFSET_TYPE}
        assert (await viewer.patch(address, content=FILM, headers=piece)).status_code == 401
        assert (await viewer.delete(address, headers=headers)).status_code == 401
    assert await offset_of(uploader, address) == 0


async def test_a_signature_opens_the_uploads_of_its_own_video_only(
    uploader: httpx.AsyncClient, viewer: httpx.AsyncClient, library: VideoLibraryClient
):
    address = await begin(uploader)
    other = (await library.create_video(VideoNew(title="Another"))).guid
    headers = VERSION | tus_headers(LIBRARY, API_KEY, soon(), other)
    assert (await viewer.head(address, headers=headers)).status_code == 404
    assert (await viewer.delete(address, headers=headers)).status_code == 404


async def test_what_is_not_tus_is_refused(uploader: httpx.AsyncClient, guid: str):
    address = await begin(uploader)
    old = await uploader.head(address, headers={"Tus-Resumable": "0.2.2"})
    assert old.status_code == 412
    for length in ("", "abc", "0", str(2**50)):
        begun = await uploader.post("/tusupload", headers={"Upload-Length": length})
        assert begun.status_code in {400, 413}
    kind = await send(uploader, address, 0, FILM, **{"Content-Type": "video/mp4"})
    assert kind.status_code == 415
    assert (await uploader.head("/tusupload/nothing")).status_code == 404


async def test_a_film_that_came_takes_no_second_upload(uploader: httpx.AsyncClient):
    address, second = await begin(uploader), await begin(uploader)
    await send(uploader, address, 0, FILM)
    headers = {"Upload-Length": "5"}
    assert (await uploader.post("/tusupload", headers=headers)).status_code == 400
    assert (await send(uploader, second, 0, FILM)).status_code == 400


async def test_the_dashboard_may_upload_from_its_page(viewer: httpx.AsyncClient, guid: str):
    asked = {
        "Origin": SITE,
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorizationsignature,authorizationexpire,libraryid,"
        "videoid,tus-resumable,upload-offset,content-type",
    }
    preflight = await viewer.options("/tusupload/1", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == SITE
    assert "PATCH" in preflight.headers["access-control-allow-methods"]
    refused = await viewer.head("/tusupload/1", headers=VERSION | {"Origin": SITE})
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == SITE
    exposed = refused.headers["access-control-expose-headers"]
    assert {"Location", "Upload-Offset", "Upload-Length"} <= set(exposed.split(", "))
    theirs = await viewer.options("/tusupload", headers=asked | {"Origin": "http://evil.test"})
    assert "access-control-allow-origin" not in theirs.headers
