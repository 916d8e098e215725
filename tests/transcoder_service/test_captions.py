"""Captions and thumbnails, added and taken away; pictures fetched from elsewhere."""

from io import BytesIO

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import VideoNotFound, VideoRefused
from tests.transcoder_service.world import API_KEY, LIBRARY, Inbox, a_site, opened, until
from transcoder_service.providers.fetching import Fetcher
from transcoder_service.rules.fetching import AddressRefused, FetchFailed

VTT = b"WEBVTT\n\n00:01.000 --> 00:02.000\nBonjour\n"
SRT = b"1\n00:00:01,000 --> 00:00:02,000\nHello\n"
NOWHERE = "00000000-0000-0000-0000-000000000000"


def a_picture(kind: str = "PNG", size: tuple[int, int] = (64, 36)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, kind)
    return out.getvalue()


async def test_captions_are_added_shown_and_served(
    library: VideoLibraryClient, viewer: httpx.AsyncClient, guid: str, inbox: Inbox
):
    assert (await library.add_caption(guid, "fr", "Français", VTT)).success
    await library.add_caption(guid, "en", "", SRT)
    found = (await library.get_video(guid)).captions or []
    assert [(one.srclang, one.label, one.version) for one in found] == [
        ("en", "en", 1),
        ("fr", "Français", 1),
    ]
    served = await viewer.get(opened(guid, "captions/en.vtt"))
    assert served.text.endswith("00:00:01.000 --> 00:00:02.000\nHello\n")
    assert served.headers["content-type"] == "text/vtt; charset=utf-8"
    await until(lambda: inbox.statuses(guid) == [9, 9])


async def test_captions_of_the_same_language_are_replaced(library: VideoLibraryClient, guid: str):
    await library.add_caption(guid, "fr", "Français", VTT)
    await library.add_caption(guid, "fr", "Français (SDH)", SRT)
    (found,) = (await library.get_video(guid)).captions or []
    assert (found.label, found.version) == ("Français (SDH)", 2)


async def test_captions_are_deleted_with_their_file(
    library: VideoLibraryClient, viewer: httpx.AsyncClient, guid: str
):
    await library.add_caption(guid, "fr", "Français", VTT)
    await library.delete_caption(guid, "fr")
    assert (await library.get_video(guid)).captions == []
    assert (await viewer.get(opened(guid, "captions/fr.vtt"))).status_code == 404
    with pytest.raises(VideoRefused):
        await library.delete_caption(guid, "fr")


async def test_captions_that_are_none_are_refused_as_bunny_does(
    viewer: httpx.AsyncClient, guid: str
):
    path = f"/library/{LIBRARY}/videos/{guid}/captions"
    for srclang, body in (
        ("fr", {"captionsFile": "bm90aGluZw=="}),
        ("fr", {"captionsFile": "%%%"}),
        ("fr", {}),
        ("f..r", {"captionsFile": "bm90aGluZw=="}),
        ("fr", {"srclang": "en", "captionsFile": "bm90aGluZw=="}),
    ):
        answer = await viewer.post(f"{path}/{srclang}", json=body, headers={"AccessKey": API_KEY})
        assert answer.status_code == 400
        assert answer.json()["valid"] is False
        assert answer.json()["errorList"]


async def test_the_client_hears_why_captions_were_refused(library: VideoLibraryClient, guid: str):
    with pytest.raises(VideoRefused, match="no cue"):
        await library.add_caption(guid, "fr", "Français", b"nothing")


async def test_an_unknown_video_takes_no_captions(library: VideoLibraryClient):
    with pytest.raises(VideoNotFound):
        await library.add_caption(NOWHERE, "fr", "Français", VTT)
    with pytest.raises(VideoNotFound):
        await library.set_thumbnail(NOWHERE, a_picture())


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
async def test_a_picture_becomes_the_thumbnail(
    library: VideoLibraryClient, viewer: httpx.AsyncClient, guid: str, kind: str
):
    await library.set_thumbnail(guid, a_picture(kind, (4000, 1000)))
    name = (await library.get_video(guid)).thumbnail_file_name or ""
    assert name.startswith("thumbnail_")
    served = await viewer.get(opened(guid, name))
    assert served.headers["content-type"] == "image/jpeg"
    assert Image.open(BytesIO(served.content)).size == (1920, 480)


@pytest.mark.parametrize(
    "content", [b"", b"GIF89a", b"\xff\xd8\xff", a_picture()[:40], a_picture("GIF")]
)
async def test_what_is_no_picture_is_refused(
    library: VideoLibraryClient, guid: str, content: bytes
):
    with pytest.raises(VideoRefused):
        await library.set_thumbnail(guid, content)
    assert (await library.get_video(guid)).thumbnail_file_name is None


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/a.jpg",
        "http://localhost/a.jpg",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/a.jpg",
        "http://0x7f000001/a.jpg",
        "http://2130706433/a.jpg",
        "file:///etc/passwd",
        "gopher://example.com/",
    ],
)
async def test_no_picture_is_fetched_from_the_inner_network(
    library: VideoLibraryClient, guid: str, url: str
):
    with pytest.raises(VideoRefused):
        await library.set_thumbnail(guid, url=url)


async def test_a_picture_is_fetched_from_the_address_that_was_checked():
    asked: list[bytes] = []

    with a_site(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", asked) as port:
        seen: list[list[str]] = []

        def check(addresses: list[str]) -> str:
            seen.append(addresses)
            return "127.0.0.1"

        fetcher = Fetcher(check, frozenset({port}))
        assert await fetcher.fetch(f"http://localhost:{port}/a.jpg?b=1", 100) == b"abc"
    assert asked[0].startswith(b"GET /a.jpg?b=1 HTTP/1.1\r\n")
    assert f"Host: localhost:{port}".encode() in asked[0]
    assert "127.0.0.1" in seen[0]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\n" + b"a" * 200,
        b"HTTP/1.1 200 OK\r\nContent-Length: 200\r\n\r\nshort",
        b"nonsense",
    ],
)
async def test_a_picture_that_is_elsewhere_missing_or_too_large_is_refused(answer: bytes):
    with a_site(answer) as port:
        fetcher = Fetcher(lambda addresses: addresses[0], frozenset({port}))
        with pytest.raises(FetchFailed):
            await fetcher.fetch(f"http://127.0.0.1:{port}/", 100)


async def test_a_site_that_never_answers_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("transcoder_service.providers.fetching.SECONDS", 0.1)

    with a_site(None) as port:
        fetcher = Fetcher(lambda addresses: addresses[0], frozenset({port}))
        with pytest.raises(FetchFailed):
            await fetcher.fetch(f"http://127.0.0.1:{port}/", 100)


async def test_the_guard_stands_before_the_connection(app: FastAPI):
    with pytest.raises(AddressRefused):
        await Fetcher(ports=frozenset({1234})).fetch("http://127.0.0.1:1234/", 100)
