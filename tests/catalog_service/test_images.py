"""Posters and backdrops; and the video's own thumbnail where there is none."""

import io
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from PIL import Image

from catalog_service.app import create_app
from catalog_service.providers.delivery import DeliveryClient
from kit.contracts.catalog.errors import ImageNotFound, NotAPicture
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.catalog.shelves import SeriesNew
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.signatures import cdn_token
from kit.errors import Unauthenticated
from tests.catalog_service import run_jobs
from tests.catalog_service.conftest import CDN_KEY, MakeSettings, nobody
from tests.conftest import Start
from tests.factories.catalog import a_film, a_published_film, a_video, as_admin, as_stranger
from tests.wiring import http


def a_picture(width: int = 900, height: int = 600, kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#204060").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_poster_is_kept_in_several_widths(app: FastAPI, kind: str) -> None:
    film = await a_film(app)
    found = await as_admin(app).set_poster(film.id, a_picture(kind=kind))
    assert found.poster is not None
    assert (found.poster.width, found.poster.height) == (900, 600)
    assert found.poster.widths == [160, 320, 480, 780, 900]
    content = await as_stranger(app).image(found.poster.address(300))
    with Image.open(io.BytesIO(content)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (320, 213))


async def test_pictures_are_cached_for_ever(app: FastAPI) -> None:
    film = await as_admin(app).set_backdrop((await a_film(app)).id, a_picture())
    assert film.backdrop is not None
    async with http(app) as client:
        answer = await client.get(film.backdrop.address(320))
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "image/webp"


async def test_a_new_poster_has_a_new_address(app: FastAPI) -> None:
    film = await a_film(app)
    first = await as_admin(app).set_poster(film.id, a_picture())
    second = await as_admin(app).set_poster(film.id, a_picture())
    assert first.poster != second.poster
    assert (await as_admin(app).delete_poster(film.id)).poster is None


@pytest.mark.parametrize("content", [b"", b"no picture", a_picture()[:200], b"GIF89a" + bytes(50)])
async def test_what_is_no_picture_is_refused(app: FastAPI, content: bytes) -> None:
    film = await a_film(app)
    with pytest.raises(NotAPicture):
        await as_admin(app).set_poster(film.id, content)


async def test_a_series_has_pictures_too(app: FastAPI) -> None:
    series = await as_admin(app).create_series(SeriesNew(title="Les Rues"))
    found = await as_admin(app).set_series_poster(series.id, a_picture())
    found = await as_admin(app).set_series_backdrop(series.id, a_picture())
    assert found.poster is not None
    assert found.backdrop is not None


async def test_strangers_put_no_pictures(app: FastAPI) -> None:
    film = await a_film(app)
    with pytest.raises(Unauthenticated):
        await as_stranger(app).set_poster(film.id, a_picture())


async def test_a_picture_that_is_not_there(app: FastAPI) -> None:
    with pytest.raises(ImageNotFound):
        await as_stranger(app).image("/images/01900000-0000-7000-8000-0000000000aa/320.webp")


class Cdn:
    """Delivers one thumbnail to those whose address is signed for exactly that."""

    def __init__(self) -> None:
        self.asked = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        expires = int(request.url.params["expires"])
        if request.url.params["token"] != cdn_token(CDN_KEY, request.url.path, expires):
            return httpx.Response(403)
        return httpx.Response(200, content=a_picture(1280, 720))


@pytest.fixture
async def with_cdn(
    settings: MakeSettings, library: VideoLibraryClient, start: Start
) -> tuple[FastAPI, Cdn]:
    cdn = Cdn()
    transport = httpx.MockTransport(cdn.answer)
    client = DeliveryClient(httpx.AsyncClient(transport=transport, base_url="http://media"))
    app = create_app(settings(), library, *nobody(), delivery=client)
    return await start(app), cdn


async def test_without_a_poster_the_videos_thumbnail_is_shown(
    with_cdn: tuple[FastAPI, Cdn], library_app: FastAPI
) -> None:
    app, cdn = with_cdn
    film = await a_published_film(app, library_app)
    assert film.poster is not None
    for _ in range(2):
        content = await as_stranger(app).image(film.poster.address(300))
        with Image.open(io.BytesIO(content)) as picture:
            assert picture.size == (320, 180)
    assert cdn.asked == 1


async def test_the_thumbnail_of_a_draft_is_for_admins(
    with_cdn: tuple[FastAPI, Cdn], library_app: FastAPI, library: VideoLibraryClient
) -> None:
    app, _ = with_cdn
    await run_jobs.read_video(app, library, await a_video(library_app))
    film = (await as_admin(app).films(FilmQuery(status="all"))).items[0]
    assert film.poster is not None
    with pytest.raises(Unauthenticated):
        await as_stranger(app).image(film.poster.address(300))
    assert await as_admin(app).image(film.poster.address(300))


@pytest.mark.parametrize("change", ["x", ""])
async def test_a_made_up_thumbnail_is_not_there(
    with_cdn: tuple[FastAPI, Cdn], library_app: FastAPI, change: Any
) -> None:
    app, _ = with_cdn
    film = await a_published_film(app, library_app)
    with pytest.raises(ImageNotFound):
        await as_stranger(app).image(f"/images/frames/{film.id}-00000000/320.webp")
    with pytest.raises(ImageNotFound):
        await as_stranger(app).image(f"/images/frames/{film.id}-00000000/9.webp")
