"""Delivery: who gets what, in which form, and how long it may be kept."""

import gzip
import time
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import (
    cdn_token,
    directory_prefix,
    embed_token,
    sign_url,
)
from kit.contracts.transcoder.wire import VideoNew
from tests.transcoder_service.world import (
    CDN_KEY,
    LIBRARY,
    SITE,
    opened,
    opened_file,
    soon,
)
from transcoder_service.models import Video
from transcoder_service.rules import addresses
from transcoder_service.settings import Settings

G = "g" + "0" * 32
MASTER = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n144p/video.m3u8\n"
SEGMENT = bytes(range(256)) * 40
LARGE = bytes(range(256)) * 10_000


@pytest.fixture
async def guid(app: FastAPI, library: VideoLibraryClient, settings: Settings) -> str:
    """Stand for a video with one generation: files as encoding leaves them."""
    made = await library.create_video(VideoNew(title="Sira"))
    folder = Path(settings.media_url) / str(LIBRARY) / made.guid
    files = {
        f"{G}/playlist.m3u8": MASTER.encode(),
        f"{G}/144p/video.m3u8": b"#EXTM3U\n#EXTINF:6,\n00000.m4s\n",
        f"{G}/144p/00000.m4s": SEGMENT,
        f"{G}/144p/large.mp4": LARGE,
        f"{G}/thumbnail.jpg": b"\xff\xd8\xff picture",
        "original/film": b"the film as it came",
    }
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Video).values(generation=G, length_seconds=60))
    return made.guid


async def test_a_directory_token_opens_a_whole_film(viewer: httpx.AsyncClient, guid: str):
    master = await viewer.get(opened(guid, "playlist.m3u8"))
    assert master.status_code == 200
    assert master.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert f"{G}/144p/video.m3u8" in master.text
    segment = await viewer.get(opened(guid, f"{G}/144p/00000.m4s"))
    assert segment.content == SEGMENT
    assert segment.headers["content-type"] == "video/iso.segment"
    assert segment.headers["cache-control"] == addresses.IMMUTABLE
    assert segment.headers["cross-origin-resource-policy"] == "cross-origin"
    assert (await viewer.get(opened(guid, "144p/00000.m4s"))).content == SEGMENT


async def test_a_token_of_its_own_opens_one_file(viewer: httpx.AsyncClient, guid: str):
    address = opened_file(guid, "thumbnail.jpg")
    assert (await viewer.get(address)).status_code == 200
    other = address.replace("thumbnail.jpg", "playlist.m3u8")
    assert (await viewer.get(other)).status_code == 403


async def test_a_directory_token_may_stand_in_the_query(viewer: httpx.AsyncClient, guid: str):
    parameters = {"token_path": f"/{guid}/"}
    address = sign_url("", CDN_KEY, f"/{guid}/thumbnail.jpg", soon(), parameters)
    assert (await viewer.get(address)).status_code == 200


async def test_without_a_good_token_there_is_nothing(viewer: httpx.AsyncClient, guid: str):
    good = opened(guid, "playlist.m3u8")
    expires = good.split("expires=")[1].split("/")[0]
    other = "00000000-0000-0000-0000-000000000000"
    for address in (
        f"/{guid}/playlist.m3u8",
        f"/{guid}/playlist.m3u8?token=x&expires={expires}",
        opened(guid, "playlist.m3u8", expires=soon(-1)),
        good.replace(expires, str(int(expires) + 1)),
        good.replace("HS256-", "HS256-A"),
        good.replace(f"/{guid}/playlist", f"/{other}/playlist"),
        directory_prefix("another key", guid, soon()) + f"/{guid}/playlist.m3u8",
        directory_prefix(CDN_KEY, other, soon()) + f"/{guid}/playlist.m3u8",
        good.replace("&token_path", "&limit=1&token_path"),
    ):
        answer = await viewer.get(address)
        assert answer.status_code == 403, address
        assert answer.json()["error"] == "AccessRefused"


async def test_no_token_opens_what_is_not_of_the_film(viewer: httpx.AsyncClient, guid: str):
    for name in (
        "original/film",
        "original",
        "..%2Foriginal/film",
        f"{G}/%2e%2e/original/film",
        "%2Fetc%2Fpasswd",
        "144p",
        "144p/",
        "nothing.m4s",
        "playlist.m3u8/x.m4s",
        "playlist.m3u8/x.m3u8",
        "captions/fr.m3u8",
        "captions/fr.vtt",
        f"g{'1' * 32}/playlist.m3u8",
        "a" * 300 + ".m4s",
        "a" * 300 + ".vtt",
    ):
        answer = await viewer.get(opened(guid, name))
        assert answer.status_code == 404, name


async def test_an_unknown_film_is_not_found(viewer: httpx.AsyncClient, guid: str):
    other = "00000000-0000-0000-0000-000000000000"
    assert (await viewer.get(opened(other, "playlist.m3u8"))).status_code == 404
    assert (await viewer.get(opened("something", "playlist.m3u8"))).status_code == 404
    assert (await viewer.get(opened("..", "playlist.m3u8"))).status_code in {403, 404}


async def test_parts_of_a_segment(viewer: httpx.AsyncClient, guid: str):
    address = opened(guid, f"{G}/144p/00000.m4s")
    part = await viewer.get(address, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, SEGMENT[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(SEGMENT)}"
    assert (await viewer.get(address, headers={"Range": "bytes=-5"})).content == SEGMENT[-5:]
    whole = await viewer.get(address, headers={"Range": "bytes=0-1,4-5"})
    assert (whole.status_code, whole.content) == (200, SEGMENT)
    over = await viewer.get(address, headers={"Range": f"bytes={len(SEGMENT)}-"})
    assert over.status_code == 416
    assert over.headers["content-range"] == f"bytes */{len(SEGMENT)}"


async def test_a_large_file_is_streamed_whole_and_in_part(viewer: httpx.AsyncClient, guid: str):
    address = opened(guid, f"{G}/144p/large.mp4")
    whole = await viewer.get(address)
    assert whole.content == LARGE
    assert whole.headers["content-length"] == str(len(LARGE))
    part = await viewer.get(address, headers={"Range": "bytes=10-2000009"})
    assert part.content == LARGE[10:2_000_010]


async def test_what_is_there_already_is_not_sent_again(viewer: httpx.AsyncClient, guid: str):
    for name in ("playlist.m3u8", f"{G}/144p/00000.m4s"):
        address = opened(guid, name)
        tag = (await viewer.get(address)).headers["etag"]
        assert not tag.startswith("W/")
        again = await viewer.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        other = await viewer.get(address, headers={"If-None-Match": '"other"'})
        assert other.status_code == 200


async def test_a_part_is_sent_only_of_the_same_file(viewer: httpx.AsyncClient, guid: str):
    address = opened(guid, f"{G}/144p/00000.m4s")
    tag = (await viewer.get(address)).headers["etag"]
    same = await viewer.get(address, headers={"Range": "bytes=0-1", "If-Range": tag})
    assert same.status_code == 206
    other = await viewer.get(address, headers={"Range": "bytes=0-1", "If-Range": '"old"'})
    assert (other.status_code, other.content) == (200, SEGMENT)


async def test_head_tells_without_sending(viewer: httpx.AsyncClient, guid: str):
    for name, length in ((f"{G}/144p/00000.m4s", len(SEGMENT)), ("thumbnail.jpg", 11)):
        answer = await viewer.head(opened(guid, name))
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer.headers["content-length"] == str(length)
        assert answer.headers["accept-ranges"] == "bytes"
    playlist = await viewer.head(opened(guid, "playlist.m3u8"))
    assert (playlist.status_code, playlist.content) == (200, b"")


async def test_playlists_are_compressed_for_who_takes_it(viewer: httpx.AsyncClient, guid: str):
    address = opened(guid, "playlist.m3u8")
    plain = await viewer.get(address, headers={"Accept-Encoding": "identity"})
    packed = await viewer.get(address, headers={"Accept-Encoding": "gzip, br"})
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) == len(gzip.compress(plain.content, 6, mtime=0))
    assert packed.text == plain.text
    assert packed.headers["etag"] != plain.headers["etag"]
    assert "Accept-Encoding" in packed.headers["vary"]
    segment = await viewer.get(opened(guid, f"{G}/144p/00000.m4s"))
    assert "content-encoding" not in segment.headers


async def test_only_our_sites_may_play_in_their_pages(viewer: httpx.AsyncClient, guid: str):
    address = opened(guid, "playlist.m3u8")
    ours = await viewer.get(address, headers={"Origin": SITE})
    assert ours.headers["access-control-allow-origin"] == SITE
    theirs = await viewer.get(address, headers={"Origin": "http://evil.test"})
    assert "access-control-allow-origin" not in theirs.headers
    refused = await viewer.get(f"/{guid}/playlist.m3u8", headers={"Origin": SITE})
    assert refused.status_code == 403
    assert refused.headers["access-control-allow-origin"] == SITE
    asked = {"Origin": SITE, "Access-Control-Request-Method": "GET"}
    preflight = await viewer.options(
        address, headers=asked | {"Access-Control-Request-Headers": "range"}
    )
    assert preflight.status_code == 200


async def test_a_token_may_be_bound_to_an_address(viewer: httpx.AsyncClient, guid: str):
    for ip, status in (("127.0.0.1", 200), ("10.0.0.1", 403)):
        expires = soon()
        path = f"/{guid}/thumbnail.jpg"
        token = cdn_token(CDN_KEY, path, expires, user_ip=ip)
        answer = await viewer.get(f"{path}?token={token}&expires={expires}")
        assert answer.status_code == status


async def test_a_token_may_say_how_fast_a_file_is_sent(viewer: httpx.AsyncClient, guid: str):
    limit = {"limit": "40"}
    address = sign_url("", CDN_KEY, f"/{guid}/{G}/144p/00000.m4s", soon(), limit)
    began = time.monotonic()
    assert (await viewer.get(address)).content == SEGMENT
    assert time.monotonic() - began >= len(SEGMENT) / 40_000
    assert (await viewer.get(address.replace("limit=40", "limit=90"))).status_code == 403


async def test_captions_join_the_master_playlist(
    viewer: httpx.AsyncClient, library: VideoLibraryClient, guid: str
):
    await library.add_caption(guid, "fr", "Français", b"WEBVTT\n\n00:01.000 --> 00:02.000\nA\n")
    master = await viewer.get(opened(guid, "playlist.m3u8"))
    assert 'URI="captions/fr.m3u8"' in master.text
    playlist = await viewer.get(opened(guid, "captions/fr.m3u8"))
    assert "#EXTINF:60.000,\nfr.vtt" in playlist.text
    captions = await viewer.get(opened(guid, "captions/fr.vtt"))
    assert captions.text.startswith("WEBVTT\nX-TIMESTAMP-MAP=")


async def test_a_film_encoded_anew_is_served_at_once_and_the_old_one_to_its_end(
    app: FastAPI, viewer: httpx.AsyncClient, guid: str, settings: Settings
):
    newer = "g" + "1" * 32
    folder = Path(settings.media_url) / str(LIBRARY) / guid / newer
    folder.mkdir()
    (folder / "playlist.m3u8").write_text(MASTER)
    async with app.state.database.sessions.begin() as session:
        await session.execute(update(Video).values(generation=newer))
    master = await viewer.get(opened(guid, "playlist.m3u8"))
    assert f"{newer}/144p/video.m3u8" in master.text
    old = await viewer.get(opened(guid, f"{G}/144p/00000.m4s"))
    assert old.content == SEGMENT


async def test_play_tells_a_player_what_it_needs(
    viewer: httpx.AsyncClient, library: VideoLibraryClient, guid: str
):
    found = await library.play(guid)
    assert found.video
    assert found.video.guid == guid
    assert found.thumbnail_url is None
    assert found.seek_path
    address = found.seek_path.removeprefix("http://media").replace("seek/", "thumbnail.jpg")
    assert (await viewer.get(address)).status_code == 200


async def test_play_opens_with_an_embed_token_too(viewer: httpx.AsyncClient, guid: str):
    path = f"/library/{LIBRARY}/videos/{guid}/play"
    expires = soon()
    good = {"token": embed_token(CDN_KEY, guid, expires), "expires": str(expires)}
    assert (await viewer.get(path, params=good)).status_code == 200
    for wrong in ({}, good | {"expires": str(expires + 1)}, {"token": "", "expires": "0"}):
        assert (await viewer.get(path, params=wrong)).status_code == 401
    past = soon(-1)
    expired = {"token": embed_token(CDN_KEY, guid, past), "expires": str(past)}
    assert (await viewer.get(path, params=expired)).status_code == 401
