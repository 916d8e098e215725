"""The client against a cloud that misbehaves, and what the wrapper promises to its tests."""

from collections import Counter
from pathlib import Path

import pytest
from fastapi import FastAPI

from kit.contracts.transcoder.signatures import is_webhook_genuine
from kit.contracts.transcoder.wire import (
    LibraryBusy,
    LibraryKeyRefused,
    LibraryUnavailable,
    VideoNew,
    Webhook,
)
from kit.errors import AppError, Unavailable
from tests.conftest import DatabaseUrl, Start
from tests.fakes import bunny_cloud
from tests.fakes.bunny_cloud import BunnyCloud, Postman, Trouble
from tests.transcoder_service.world import API_KEY, LIBRARY, READ_KEY, settings_in
from transcoder_service.app import create_app

GUID = "657bb740-a71b-4529-a012-528021c31a92"


@pytest.fixture
async def cloud(
    database_url: DatabaseUrl, valkey_url: str, start: Start, tmp_path: Path
) -> BunnyCloud:
    database = database_url("transcoder_service")
    settings = settings_in(tmp_path, database_url=database, valkey_url=valkey_url, webhook_url="")
    app: FastAPI = await start(create_app(settings))
    return BunnyCloud(app)


async def test_a_video_is_read_however_the_vendor_writes_it(cloud: BunnyCloud):
    client = cloud.client(LIBRARY, API_KEY)
    assert (await client.list_videos()).items is None
    made = await client.create_video(VideoNew(title="Sira"))
    found = await client.get_video(made.guid)
    assert found.date_uploaded.utcoffset() is not None
    assert found.captions is None


@pytest.mark.parametrize("trouble", [bunny_cloud.BROKEN, bunny_cloud.AWAY, bunny_cloud.DROPPED])
async def test_reading_gets_over_one_failure(cloud: BunnyCloud, trouble: Trouble):
    client = cloud.client(LIBRARY, API_KEY)
    cloud.troubles = [trouble]
    assert (await client.list_videos()).total_items == 0
    assert len(cloud.asked) == 2


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (bunny_cloud.TOO_MANY, LibraryBusy),
        (bunny_cloud.REFUSED, LibraryKeyRefused),
        (bunny_cloud.LIED, LibraryUnavailable),
    ],
)
async def test_what_waiting_cannot_mend_is_told_at_once(
    cloud: BunnyCloud, trouble: Trouble, error: type[AppError]
):
    client = cloud.client(LIBRARY, API_KEY)
    cloud.troubles = [trouble]
    with pytest.raises(error):
        await client.list_videos()
    assert len(cloud.asked) == 1


async def test_a_video_is_not_made_twice_when_its_answer_is_lost(cloud: BunnyCloud):
    client = cloud.client(LIBRARY, API_KEY)
    cloud.troubles = [bunny_cloud.ANSWER_LOST]
    with pytest.raises(Unavailable):
        await client.create_video(VideoNew(title="Sira"))
    assert (await client.list_videos()).total_items == 1


def test_the_postman_loses_doubles_shuffles_and_lets_forgers_in():
    letters = Postman(LIBRARY, READ_KEY, chance=3).mixed(GUID, range(8), lost=0.3)
    genuine = [one for one in letters if is_webhook_genuine(READ_KEY, one.headers, one.content)]
    statuses = [Webhook.model_validate_json(one.content).status for one in genuine]
    assert len(genuine) == len(letters) - 1
    assert max(Counter(statuses).values()) == 2
    assert set(statuses) < set(range(8))
    assert statuses != sorted(statuses)
