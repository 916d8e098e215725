"""Files at addresses of our own, for networks that fetch them."""

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from PIL import Image

from kit import clock
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import (
    MediaKind,
    NetworkName,
    PublicationState,
    SocialAccountNew,
)
from kit.contracts.publisher.social_errors import PublicationUnfit
from kit.db import new_id
from publisher_service.app import create_app
from publisher_service.rules import sharing
from publisher_service.settings import Settings
from tests.conftest import Start
from tests.factories.publisher import as_service
from tests.fakes.instagram import OWN_TOKEN, TOKEN, Instagram
from tests.publisher_service.social.desk import Desk, content
from tests.publisher_service.social.test_endpoints import Ends, a_publication, ends
from tests.wiring import http

__all__ = ["ends"]
HERE = "https://publisher.example.org/api"


@pytest.fixture
def networks(instagram: Instagram, tmp_path: Path) -> dict[str, Any]:
    instagram.polls = 0
    return {
        "media_url": str(tmp_path),
        "public_url": f"{HERE}/",
        "facebook_api_url": instagram.api,
        "instagram_api_url": instagram.api,
        "meta_upload_url": instagram.url,
    }


@pytest.fixture
async def app(settings: Settings, start: Start, instagram: Instagram) -> FastAPI:
    found = await start(create_app(settings))

    async def fetch(address: str) -> bytes:
        """Fetch as Instagram does: without being anybody."""
        assert address.startswith(HERE)
        answer = await http(found).get(urlsplit(address).path.removeprefix("/api"))
        assert answer.status_code == 200
        return bytes(answer.content)

    instagram.fetch = fetch
    return found


@pytest.fixture
def client(app: FastAPI) -> PublisherClient:
    return as_service(app)


def a_picture(width: int, height: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "PNG")
    return out.getvalue()


async def test_instagram_fetches_a_picture_from_us(
    client: PublisherClient, instagram: Instagram, ends: Ends
) -> None:
    new = SocialAccountNew(
        network=NetworkName.instagram, name="Maison", credentials={"access_token": TOKEN}
    )
    account = await client.connect_account(new)
    picture = await client.add_picture(a_picture(640, 640))
    published = await client.publish(a_publication(account, media_id=picture.id))
    await ends(published, PublicationState.published)
    assert [each.content for each in instagram.posts] == [await client.media_file(picture.id)]


async def test_a_poster_is_too_tall_for_instagram(client: PublisherClient) -> None:
    new = SocialAccountNew(
        network=NetworkName.instagram, name="Maison", credentials={"access_token": TOKEN}
    )
    account = await client.connect_account(new)
    poster = await client.add_picture(a_picture(600, 900))
    with pytest.raises(PublicationUnfit) as refused:
        await client.publish(a_publication(account, media_id=poster.id))
    assert refused.value.extra["errors"][0]["what"] == ["picture_shape"]


async def test_instagrams_own_login_fetches_clips_too(
    desk: Desk, instagram: Instagram, ends: Ends
) -> None:
    account = await desk.connect(NetworkName.instagram, {"access_token": OWN_TOKEN})
    media_id = await desk.file(size=3_000_000)
    published = await desk.publish(account, media_id=media_id)
    await ends(published, PublicationState.published)  # by the service's own worker
    assert [each.content == content(3_000_000) for each in instagram.posts] == [True]
    assert instagram.count("ig-api-upload") == 0


async def test_nobody_else_gets_a_file(app: FastAPI, desk: Desk) -> None:
    media_id = await desk.file(MediaKind.picture, 1000)
    key, now = app.state.press.sharing_key, int(clock.now().timestamp())
    good, over = sharing.path(key, media_id, now + 60), sharing.path(key, media_id, now - 1)
    later = good.replace(f"/{now + 60}/", f"/{now + 9999}/")
    other = good.replace(str(media_id), str(new_id()))
    assert (await http(app).get(good)).content == content(1000)
    for path in (over, later, other, f"{good}0", f"{good[:-1]}é"):
        assert (await http(app).get(path)).status_code == 404
