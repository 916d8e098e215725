"""A publisher killed at every step of a post: nothing is lost, and nothing goes out twice."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from itertools import chain, cycle
from pathlib import Path
from typing import Any

import pytest

from kit.contracts.publisher.social import MediaKind, NetworkName, TargetState
from kit.db import open_database
from publisher_service.actions.social.press import open_press
from publisher_service.settings import Settings
from tests.conftest import DatabaseUrl
from tests.fakes import facebook, instagram, telegram, x, youtube
from tests.kit.queueing import Queue
from tests.publisher_service.social.desk import Desk, content

Ends = Callable[[str], Awaitable[int]]
MOST_DEATHS = 60
# Two heartbeats of silence, without waiting for them; ten deaths in a row are not the job's own.
SILENT = """
    UPDATE pgqueuer SET heartbeat = heartbeat - interval '1 minute', headers = headers - 'crashes'
"""
SIZE = 600_000  # three parts of an upload
# One process after another, each dies at its first step of that kind: a network has answered and
# nobody wrote it down; it was written, and not gone on with; a file is on its way. So they begin.
ANSWERED, WRITTEN = ("answered", "written"), ("written", "answered")
READING = ("written", "reading", "reading")


@pytest.fixture(scope="module")
def warm() -> Iterator[subprocess.Popen[str]]:
    """Return a process that has everything imported, and is forked from."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.social_worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def ended(warm: subprocess.Popen[str], settings: dict[str, Any]) -> Ends:
    """Return a function that runs a process which dies at that step, and says how it ended."""

    def run(step: str) -> int:
        assert warm.stdin is not None
        assert warm.stdout is not None
        warm.stdin.write(json.dumps([step, settings]) + "\n")
        warm.stdin.flush()
        return int(warm.stdout.readline())

    async def found(step: str) -> int:
        async with asyncio.timeout(60):
            return await asyncio.to_thread(run, step)

    return found


@pytest.fixture
def settings(database_url: DatabaseUrl, tmp_path: Path) -> dict[str, Any]:
    return {
        "environment": "test",
        "database_url": database_url("publisher_service"),
        "media_url": str(tmp_path),
        "accounts_url": "http://127.0.0.1:9",
    }


async def a_desk(settings: dict[str, Any]) -> Desk:
    return Desk(open_database(settings["database_url"], 2), open_press(Settings(**settings)))


@pytest.mark.parametrize("order", [ANSWERED, WRITTEN])
async def test_a_clip_is_on_x_once(
    ended: Ends, settings: dict[str, Any], order: Sequence[str]
) -> None:
    async with x.X() as network:
        settings |= {"x_api_url": network.url}
        state, deaths = await killed_again_and_again(
            ended, settings, NetworkName.x, network.credentials(), order
        )
        assert (state, len(network.posts)) == (TargetState.published, 1)
        (media_id,) = network.posts[0].media_ids
        assert network.uploads[media_id].content == content(SIZE)
    assert deaths > 8


@pytest.mark.parametrize("order", [ANSWERED, READING])
async def test_a_reel_is_on_instagram_once(
    ended: Ends, settings: dict[str, Any], order: Sequence[str]
) -> None:
    async with instagram.Instagram() as network:
        settings |= {"facebook_api_url": network.api, "meta_upload_url": network.url}
        given = {"access_token": instagram.TOKEN}
        state, deaths = await killed_again_and_again(
            ended, settings, NetworkName.instagram, given, order
        )
        assert (state, len(network.posts)) == (TargetState.published, 1)
        assert network.posts[0].content == content(SIZE)
    assert deaths > 10


@pytest.mark.parametrize("order", [WRITTEN])
async def test_a_video_is_on_facebook_once(
    ended: Ends, settings: dict[str, Any], order: Sequence[str]
) -> None:
    async with facebook.Facebook() as network:
        network.part = 256 * 1024
        settings |= {"facebook_api_url": network.api, "facebook_video_url": network.api}
        given = {"access_token": facebook.PAGE_TOKEN}
        state, deaths = await killed_again_and_again(
            ended, settings, NetworkName.facebook, given, order
        )
        assert state == TargetState.published
        assert [each.content == content(SIZE) for each in network.public_videos] == [True]
    assert deaths > 10


@pytest.mark.parametrize("order", [ANSWERED, WRITTEN])
async def test_a_text_is_on_facebook_once(
    ended: Ends, settings: dict[str, Any], order: Sequence[str]
) -> None:
    async with facebook.Facebook() as network:
        settings |= {"facebook_api_url": network.api, "facebook_video_url": network.api}
        given = {"access_token": facebook.PAGE_TOKEN}
        state, deaths = await killed_again_and_again(
            ended, settings, NetworkName.facebook, given, order, kind=None
        )
        assert (state, len(network.posts)) == (TargetState.published, 1)
    assert deaths > 4


@pytest.mark.parametrize("order", [ANSWERED, READING])
async def test_a_video_is_on_youtube_once(
    ended: Ends, settings: dict[str, Any], order: Sequence[str]
) -> None:
    async with youtube.YouTube() as network:
        settings |= {"youtube_api_url": network.url, "google_token_url": f"{network.url}/token"}
        given = network.credentials()
        state, deaths = await killed_again_and_again(
            ended, settings, NetworkName.youtube, given, order
        )
        assert state == TargetState.published
        assert [each.content == content(SIZE) for each in network.videos.values()] == [True]
    assert deaths > 6


@pytest.mark.parametrize(("order", "sent"), [(ANSWERED, 1), (("written", "written"), 0)])
async def test_where_a_channel_cannot_be_asked_somebody_looks(
    ended: Ends, settings: dict[str, Any], order: Sequence[str], sent: int
) -> None:
    async with telegram.Telegram() as network:
        settings |= {"telegram_api_url": network.url}
        given = {"token": telegram.TOKEN, "chat_id": "@maison_films"}
        state, _ = await killed_again_and_again(
            ended, settings, NetworkName.telegram, given, order, kind=None
        )
        assert (state, len(network.messages)) == (TargetState.unsure, sent)


async def killed_again_and_again(
    ended: Ends,
    settings: dict[str, Any],
    name: NetworkName,
    credentials: dict[str, str],
    order: Sequence[str],
    kind: MediaKind | None = MediaKind.clip,
) -> tuple[TargetState, int]:
    """Have one post brought out by processes that die, each at the step that is its turn; return
    what became of it, and how many died.
    """
    desk = await a_desk(settings)
    account = await desk.connect(name, credentials)
    media_id = await desk.file(kind, SIZE) if kind else None
    publication = await desk.publish(account, media_id=media_id, text="Ce soir : Sira")
    queue = Queue(settings["database_url"], desk.database)
    deaths = 0
    for step in chain(order, cycle(ANSWERED)):
        if await ended(step) == 0:
            break
        deaths += 1
        assert deaths < MOST_DEATHS
        await queue.run(SILENT)
    state = (await desk.seen(publication)).state
    await desk.press.close()
    await desk.database.close()
    return state, deaths
