"""Bunny's signatures by its own vectors; the client against our library and odd answers."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import (
    cdn_token,
    directory_prefix,
    embed_token,
    is_webhook_genuine,
    sign_directory,
    sign_url,
    tus_headers,
    tus_signature,
    verify_token,
    webhook_headers,
    webhook_signature,
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
    Webhook,
)
from kit.errors import AppError, Unavailable
from tests.conftest import DatabaseUrl, Start
from tests.fuzzing import upsets
from tests.transcoder_service.world import API_KEY, LIBRARY, settings_in
from tests.wiring import http
from transcoder_service.app import create_app

GUID = "657bb740-a71b-4529-a012-528021c31a92"
EXPIRES = 1893456000
HOST = "https://vz-test-123.b-cdn.net"
KEY = "SecurityKey"
BODY = b'{"VideoLibraryId":133,"VideoGuid":"657bb740-a71b-4529-a012-528021c31a92","Status":3}'
DIRECTORY = "HS256-yYRVrriGU0Zj4hSyrWcf10343w2Zg8GrMQMG84hDEfQ"
WITH_COUNTRIES = "HS256-ZYBu2j8AEBVhQXRLDK5GU8Vi-u4x64OR840Ozb9YYSs"
VENDOR_EXPIRES = 1598024587


def test_an_upload_is_signed_like_bunny():
    assert (
        tus_signature(133, "test-api-key", EXPIRES, GUID)
        == "0cc4cc57e9698279760a4af5f87018029e2630512e7edc32885db114fbc0669f"
    )
    assert tus_headers(133, "test-api-key", EXPIRES, GUID) == {
        "AuthorizationSignature": tus_signature("133", "test-api-key", EXPIRES, GUID),
        "AuthorizationExpire": "1893456000",
        "LibraryId": "133",
        "VideoId": GUID,
    }


@pytest.mark.parametrize(
    ("given", "token"),
    [
        (
            ("embed-key", GUID, EXPIRES),
            "a275c63751292c9e67bc8d6848131a678f3cec55465c87c4cfe458a240538644",
        ),
        (
            (
                "4742a81b-bf15-42fe-8b1c-8fcb9024c550",
                "32d140e2-e4f4-4eec-9d53-20371e9be607",
                1623440202,
            ),
            "a8617f6df2e9b55b65ac7112138c70417766d80614bfe146d0d9bb2bd21fef87",
        ),
    ],
)
def test_an_embed_is_signed_like_bunny(given: tuple[str, str, int], token: str):
    assert embed_token(*given) == token


def test_a_directory_is_signed_like_bunny():
    tail = f"/{GUID}/playlist.m3u8"
    assert sign_directory(HOST, KEY, GUID, "playlist.m3u8", EXPIRES) == (
        f"{HOST}/bcdn_token={DIRECTORY}&token_path=%2F{GUID}%2F&expires={EXPIRES}{tail}"
    )
    countries = {"token_countries": "NG,GH,SN,CI"}
    assert sign_directory(f"{HOST}/", KEY, GUID, "/playlist.m3u8", EXPIRES, countries) == (
        f"{HOST}/bcdn_token={WITH_COUNTRIES}&token_countries=NG%2CGH%2CSN%2CCI"
        f"&token_path=%2F{GUID}%2F&expires={EXPIRES}{tail}"
    )
    assert directory_prefix(KEY, GUID, EXPIRES).startswith(f"/bcdn_token={DIRECTORY}&")


def test_a_file_is_signed_like_bunny():
    path = f"/{GUID}/thumbnail.jpg"
    token = "HS256-Tn177WuL1eGyk6zzuGIY0OVBc7YXFR6CuCAI8yX7bjM"
    assert sign_url(HOST, KEY, path, EXPIRES) == f"{HOST}{path}?token={token}&expires={EXPIRES}"
    assert sign_url(HOST, KEY, path, EXPIRES, {"token_path": f"/{GUID}/"}) == (
        f"{HOST}{path}?token={DIRECTORY}&token_path=%2F{GUID}%2F&expires={EXPIRES}"
    )


@pytest.mark.parametrize(
    ("path", "parameters", "token"),
    [
        ("/300kb.jpg", {}, "HS256-o10JRWlsAItyAsdKS6jJKjabHN4FrFsplDHPV1idcX4"),
        (
            "/300kb.jpg",
            {"token_countries": "CA,US"},
            "HS256-i5s3Uv7mnrFfN5nznwU2BxhILpnipYeE18TapV0WNFM",
        ),
        (
            "/abc/300kb.jpg",
            {"token_path": "/abc"},
            "HS256-uVZvT3SbEoVKYJyDJgbcsDmSFf73cv-uNUVaJiKWpbQ",
        ),
    ],
)
def test_the_vendors_own_vectors_come_out(path: str, parameters: dict[str, str], token: str):
    assert cdn_token(KEY, path, VENDOR_EXPIRES, parameters) == token
    assert verify_token(KEY, path, token, VENDOR_EXPIRES, parameters, VENDOR_EXPIRES - 1)


def test_a_token_opens_until_it_expires_and_below_its_path_only():
    def opens(**changes: object) -> bool:
        given = {
            "key": KEY,
            "path": f"/{GUID}/a",
            "token": DIRECTORY,
            "expires": EXPIRES,
            "parameters": {"token_path": f"/{GUID}/"},
            "now": EXPIRES - 1,
        }
        return verify_token(**(given | changes))  # type: ignore[arg-type]  # wrong ones too

    assert opens()
    assert not opens(now=EXPIRES)
    assert not opens(path="/other/a")
    assert not opens(path=f"/{GUID}")
    assert not opens(key="Other")
    assert not opens(expires=EXPIRES + 1)
    assert not opens(parameters={})
    assert not opens(parameters={"token_path": "/"})
    assert not opens(parameters={"token_path": f"/{GUID}/", "limit": "5"})
    for token in ("", "HS256-", "HS256-é", "HS256-1-x", DIRECTORY.removeprefix("HS256-")):
        assert not opens(token=token, user_ip="127.0.0.1")


@pytest.mark.parametrize(
    ("bound", "asking", "opens"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("10.0.0.1", None, False),
        ("10.0.0.1", "nonsense", False),
    ],
)
def test_a_token_may_be_bound_to_an_address(bound: str, asking: str | None, opens: bool):
    token = cdn_token(KEY, "/a", EXPIRES, user_ip=bound)
    assert token.startswith("HS256-1-")
    assert verify_token(KEY, "/a", token, EXPIRES, {}, 0, asking) is opens


def test_ignored_parameters_are_not_signed():
    signed = {"token_ignore_params": "true"}
    token = cdn_token(KEY, "/a", EXPIRES, signed)
    assert verify_token(KEY, "/a", token, EXPIRES, {**signed, "v": "7"}, 0)
    assert not verify_token(KEY, "/a", token, EXPIRES, {"v": "7"}, 0)


def test_a_webhook_is_signed_like_bunny():
    expected = "95ba721a9a8ee56efa4ce19d45dba902747c0effc76c76a6d3d316f1f332cfd8"
    assert webhook_signature("read-only-key", BODY) == expected
    headers = webhook_headers("read-only-key", BODY)
    assert is_webhook_genuine("read-only-key", headers, BODY)
    assert is_webhook_genuine("read-only-key", httpx.Headers(headers), BODY)
    found = Webhook.model_validate_json(BODY)
    assert (found.library_id, found.video_id, found.status) == (133, GUID, 3)
    assert found.model_dump_json() == BODY.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"X-BunnyStream-Signature": "0" * 64},
        {"X-BunnyStream-Signature": ""},
        {"X-BunnyStream-Signature-Version": "v2"},
        {"X-BunnyStream-Signature-Algorithm": "none"},
    ],
)
def test_a_forged_webhook_is_not_genuine(change: dict[str, str]):
    headers = webhook_headers("read-only-key", BODY) | change
    assert not is_webhook_genuine("read-only-key", headers, BODY)
    assert not is_webhook_genuine("read-only-key", {}, BODY)
    assert not is_webhook_genuine("read-only-key", webhook_headers("other", BODY), BODY)
    assert not is_webhook_genuine(
        "read-only-key", webhook_headers("read-only-key", BODY), BODY + b" "
    )


# --- the client against what Bunny was seen to answer -------------------------------------


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
