"""Videos and collections: created, listed, changed, deleted; for whom, and in which words."""

import asyncio
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import (
    Chapter,
    CollectionNotFound,
    LibraryKeyRefused,
    Mark,
    MetaTag,
    VideoChange,
    VideoNew,
    VideoNotFound,
    VideoRefused,
)
from tests.transcoder_service.world import API_KEY, LIBRARY, READ_KEY, until
from tests.wiring import http
from transcoder_service.settings import Settings

VIDEOS = f"/library/{LIBRARY}/videos"
LATER = """
    UPDATE pgqueuer SET execute_after = now()
    WHERE entrypoint = 'delete_files' AND execute_after > now() + interval '30 seconds'
"""


async def test_a_new_video_is_empty(library: VideoLibraryClient):
    made = await library.create_video(VideoNew(title=" Sira ", thumbnail_time=5000))
    found = await library.get_video(made.guid)
    assert found == made
    assert (found.title, found.status, found.video_library_id) == ("Sira", 0, LIBRARY)
    assert (found.collection_id, found.available_resolutions) == ("", None)
    assert (found.captions, found.chapters, found.has_original) == ([], [], False)
    assert not found.is_playable


async def test_what_is_said_of_a_video_is_kept(library: VideoLibraryClient):
    made = await library.create_video(VideoNew(title="Sira"))
    shelf = await library.create_collection("Drama")
    change = VideoChange(
        title="Sira 2",
        collection_id=shelf.guid,
        chapters=[Chapter(title="Arrival", start=0, end=60)],
        moments=[Mark(label="The kiss", timestamp=42)],
        meta_tags=[MetaTag(property="og:title", value="Sira")],
    )
    assert (await library.update_video(made.guid, change)).success
    found = await library.get_video(made.guid)
    assert found.title == "Sira 2"
    assert found.collection_id == shelf.guid
    assert found.chapters == change.chapters
    assert found.moments == change.moments
    assert found.meta_tags == change.meta_tags


async def test_what_is_left_out_stays(library: VideoLibraryClient):
    shelf = await library.create_collection("Drama")
    made = await library.create_video(VideoNew(title="Sira", collection_id=shelf.guid))
    await library.update_video(made.guid, VideoChange(title=None, chapters=None))
    assert (await library.get_video(made.guid)).title == "Sira"
    await library.update_video(made.guid, VideoChange(collection_id=""))
    found = await library.get_video(made.guid)
    assert (found.title, found.collection_id) == ("Sira", "")


@pytest.mark.parametrize("title", ["", "   "])
async def test_a_video_has_a_title(library: VideoLibraryClient, title: str):
    made = await library.create_video(VideoNew(title="Sira"))
    with pytest.raises(VideoRefused):
        await library.update_video(made.guid, VideoChange(title=title))


async def test_a_video_cannot_stand_in_a_collection_that_does_not_exist(
    library: VideoLibraryClient,
):
    with pytest.raises(VideoRefused, match="no such collection"):
        await library.create_video(VideoNew(title="Sira", collection_id="drama"))


async def test_a_list_comes_in_pages_newest_first(library: VideoLibraryClient):
    made = [await library.create_video(VideoNew(title=f"Film {n}")) for n in range(5)]
    first = await library.list_videos(page=1, items_per_page=2)
    last = await library.list_videos(page=3, items_per_page=2)
    beyond = await library.list_videos(page=9, items_per_page=2)
    assert [one.guid for one in first.items or ()] == [made[4].guid, made[3].guid]
    assert [one.guid for one in last.items or ()] == [made[0].guid]
    assert (first.total_items, first.current_page, first.items_per_page) == (5, 1, 2)
    assert (beyond.total_items, beyond.items) == (5, [])


async def test_a_list_is_searched_sorted_and_narrowed(library: VideoLibraryClient):
    shelf = await library.create_collection("Drama")
    for title, collection in (("100% Noir", shelf.guid), ("Bamako", ""), ("Mille nuits", "")):
        await library.create_video(VideoNew(title=title, collection_id=collection))
    found = await library.list_videos(search="100%")
    assert [one.title for one in found.items or ()] == ["100% Noir"]
    found = await library.list_videos(search="NUITS")
    assert [one.title for one in found.items or ()] == ["Mille nuits"]
    found = await library.list_videos(collection=shelf.guid or "")
    assert [one.title for one in found.items or ()] == ["100% Noir"]
    found = await library.list_videos(order_by="title")
    assert [one.title for one in found.items or ()] == ["100% Noir", "Bamako", "Mille nuits"]


async def test_a_deleted_video_is_gone_with_its_files(
    library: VideoLibraryClient, settings: Settings
):
    made = await library.create_video(VideoNew(title="Sira"))
    await library.upload(made.guid, b"this is no film" * 100)
    folder = Path(settings.media_url) / str(LIBRARY) / made.guid
    assert await asyncio.to_thread(folder.exists)
    assert (await library.delete_video(made.guid)).success
    with pytest.raises(VideoNotFound):
        await library.get_video(made.guid)
    await until(lambda: not folder.exists())
    with pytest.raises(VideoNotFound):
        await library.delete_video(made.guid)


async def test_what_is_written_while_a_video_is_deleted_goes_as_well(
    library: VideoLibraryClient, settings: Settings, app: FastAPI
):
    made = await library.create_video(VideoNew(title="Sira"))
    await library.upload(made.guid, b"this is no film" * 100)
    folder = Path(settings.media_url) / str(LIBRARY) / made.guid
    await library.delete_video(made.guid)
    await until(lambda: not folder.exists())
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread((folder / "late.ts").write_bytes, b"a part whose write was under way")
    async with app.state.database.sessions.begin() as session:
        left = await session.execute(text(LATER))
        assert left.rowcount == 1
    await until(lambda: not folder.exists())


@pytest.mark.parametrize("guid", ["1", "none", "00000000-0000-0000-0000-000000000000", "{1}"])
async def test_an_unknown_video_is_not_found(library: VideoLibraryClient, guid: str):
    with pytest.raises(VideoNotFound):
        await library.get_video(guid)
    with pytest.raises(VideoNotFound):
        await library.update_video(guid, VideoChange(title="A"))


async def test_collections_are_made_renamed_counted_and_deleted(library: VideoLibraryClient):
    shelf = await library.create_collection("Drama")
    guid = shelf.guid or ""
    made = await library.create_video(VideoNew(title="Sira", collection_id=guid))
    await library.upload(made.guid, b"no film")
    await library.update_collection(guid, " Comédie ")
    found = await library.get_collection(guid)
    assert (found.name, found.video_count, found.total_size) == ("Comédie", 1, 7)
    listed = await library.list_collections(search="coméd")
    assert [one.guid for one in listed.items or ()] == [guid]
    await library.delete_collection(guid)
    assert (await library.get_video(made.guid)).collection_id == ""
    with pytest.raises(CollectionNotFound):
        await library.get_collection(guid)


async def test_collections_come_in_pages(library: VideoLibraryClient):
    for name in ("C", "A", "B"):
        await library.create_collection(name)
    found = await library.list_collections(page=2, items_per_page=2, order_by="name")
    assert [one.name for one in found.items or ()] == ["C"]
    assert (found.total_items, found.current_page) == (3, 2)


async def test_a_collection_has_a_name(library: VideoLibraryClient):
    with pytest.raises(VideoRefused):
        await library.create_collection("  ")


@pytest.mark.parametrize("key", [None, "", "wrong", "é", READ_KEY + " "])
async def test_without_the_key_nothing_is_told(viewer: httpx.AsyncClient, key: str | None):
    headers = {b"AccessKey": key.encode("latin-1")} if key is not None else {}
    answer = await viewer.get(VIDEOS, headers=headers)
    assert answer.status_code == 401
    assert answer.json() == {
        "Success": False,
        "Message": "Authentication has been denied for this request.",
        "StatusCode": 401,
    }


async def test_the_key_opens_no_other_library(app: FastAPI):
    for library_id in (LIBRARY + 1, 0):
        client = VideoLibraryClient(http(app), library_id, API_KEY)
        with pytest.raises(LibraryKeyRefused):
            await client.list_videos()


async def test_the_key_for_reading_only_reads(app: FastAPI, library: VideoLibraryClient):
    made = await library.create_video(VideoNew(title="Sira"))
    reader = http(app)
    reader.headers["AccessKey"] = READ_KEY
    assert (await reader.get(f"{VIDEOS}/{made.guid}")).status_code == 200
    for method, path in (
        ("POST", VIDEOS),
        ("PUT", f"{VIDEOS}/{made.guid}"),
        ("DELETE", f"{VIDEOS}/{made.guid}"),
    ):
        answer = await reader.request(method, path, json={"title": "A"})
        assert answer.status_code == 403
        assert answer.json() == {
            "success": False,
            "message": "This key may only read.",
            "statusCode": 403,
        }


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b'{"title": 5}', b"{", b'{"title": ""}'])
async def test_what_is_no_video_is_refused_in_bunnys_words(viewer: httpx.AsyncClient, body: bytes):
    headers = {"AccessKey": API_KEY, "Content-Type": "application/json"}
    answer = await viewer.post(VIDEOS, content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["success"] is False
    assert answer.json()["statusCode"] == 400
    assert answer.json()["message"]
