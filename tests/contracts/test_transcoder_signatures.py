"""Bunny's signatures by its own vectors."""

import httpx
import pytest

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
    Webhook,
)

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


@pytest.mark.parametrize("asking", [None, "10.0.0.1", "2001:db8::1"])
def test_a_token_that_begins_like_a_bound_one_by_chance_opens(asking: str | None):
    tokens = ((at, cdn_token(KEY, "/a", at)) for at in range(EXPIRES, EXPIRES + 100_000))
    expires, token = next((at, one) for at, one in tokens if one.startswith("HS256-1-"))
    assert verify_token(KEY, "/a", token, expires, {}, 0, asking)


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
