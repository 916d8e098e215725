"""Clips cut from a film's own segments, and pictures made fit for posts."""

import asyncio
import io
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import av
import imageio_ffmpeg
import pytest
from aiohttp import web
from PIL import Image
from typing_extensions import override

from kit import clock
from kit.contracts.publisher.social import MediaKind, MediaState, NetworkName, Shape, TargetState
from kit.contracts.publisher.social_errors import ClipImpossible, MediaRefused
from kit.db import new_id
from publisher_service.actions.social import media as actions
from publisher_service.models.social import Media
from publisher_service.providers.footage import Cut
from publisher_service.providers.pictures import cleaned
from publisher_service.rules.footage import FILTERS, FootageUnread, check_clip, chosen, part
from publisher_service.rules.parts import Part, wanted
from tests.fakes.network import Simulator
from tests.fakes.telegram import TOKEN
from tests.publisher_service.social.desk import Desk

HOST = "https://cdn.example.org/token/guid"
MASTER = """#EXTM3U
#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="fr",URI="audio/fr.m3u8"
#EXT-X-STREAM-INF:BANDWIDTH=1,RESOLUTION=426x240,AUDIO="a"
240p/video.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=3,RESOLUTION=3840x2160,AUDIO="a"
2160p/video.m3u8
#EXT-X-STREAM-INF:BANDWIDTH=2,RESOLUTION=1280x720,AUDIO="a"
720p/video.m3u8
"""
PLAYLIST = '#EXTM3U\n#EXT-X-MAP:URI="init.mp4"\n' + "".join(
    f"#EXTINF:4.0,\n{number}.m4s\n" for number in range(10)
)


class PullZone(Simulator):
    """A folder with a film, as a CDN serves it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        super().__init__()

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_static("/", self.folder)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with twelve seconds of film, in segments of two."""
    folder = tmp_path_factory.mktemp("film")
    arguments = (
        "-f lavfi -i testsrc=s=320x180:r=10:d=12 -f lavfi -i sine=d=12 -c:v libx264 -g 20 "
        "-preset ultrafast -pix_fmt yuv420p -c:a aac -f hls -hls_time 2 -hls_list_size 0 "
        "-hls_segment_type fmp4 -master_pl_name master.m3u8 video.m3u8"
    )
    ffmpeg = imageio_ffmpeg.get_ffmpeg_exe()
    subprocess.run([ffmpeg, "-loglevel", "error", *arguments.split()], cwd=folder, check=True)
    return folder


@pytest.fixture
async def zone(film: Path) -> AsyncIterator[PullZone]:
    async with PullZone(film) as found:
        yield found


def look(file: Path) -> tuple[int, int, float, bool]:
    with av.open(str(file)) as found:
        video = found.streams.video[0]
        seconds = float((found.duration or 0) / av.time_base)
        return video.width, video.height, seconds, bool(found.streams.audio)


@pytest.mark.parametrize(
    ("shape", "size"),
    [(Shape.vertical, (720, 1280)), (Shape.square, (720, 720)), (Shape.wide, (320, 180))],
)
async def test_a_clip_has_its_shape_its_length_and_its_sound(
    desk: Desk, zone: PullZone, shape: Shape, size: tuple[int, int]
) -> None:
    cut = Cut(f"{zone.url}/master.m3u8", 5.0, 8.5, FILTERS[shape])
    async with desk.press.scissors.clip(cut) as file:
        width, height, seconds, has_sound = await asyncio.to_thread(look, file)
    assert ((width, height), has_sound) == (size, True)
    assert seconds == pytest.approx(3.5, abs=0.2)
    assert not file.exists()
    assert zone.count(".m4s") == 3  # only what it needs


async def test_a_clip_asked_for_becomes_ready(desk: Desk, zone: PullZone) -> None:
    media = await queued(desk, f"{zone.url}/master.m3u8")
    await actions.cut(desk.transaction, desk.press, media)
    async with desk.transaction() as session:
        found = await actions.see(session, media)
        content = await actions.content(desk.press, found)
        some = await actions.content(desk.press, found, Part(4, 4))
    assert (found.state, found.byte_count) == (MediaState.ready, len(content))
    assert (found.media_type, some) == ("video/mp4", b"ftyp")
    assert "playlist_url" not in str(found.cut)


async def test_what_waits_for_a_clip_that_fails_fails_with_its_reason(
    desk: Desk, zone: PullZone
) -> None:
    bot = {"token": TOKEN, "chat_id": "@maison_films"}
    account = await desk.connect(NetworkName.telegram, bot)
    media = await queued(desk, f"{zone.url}/missing.m3u8")
    publication = await desk.publish(account, media_id=media)
    await actions.cut(desk.transaction, desk.press, media)
    target = await desk.posted(publication)
    assert target.state == TargetState.failed
    assert "404" in str(target.error)


async def queued(desk: Desk, playlist_url: str) -> UUID:
    media_id = new_id()
    cut = {"playlist_url": playlist_url, "from_seconds": 1.0, "to_seconds": 3.0, "shape": "square"}
    async with desk.transaction() as session:
        session.add(
            Media(
                id=media_id,
                kind=MediaKind.clip,
                state=MediaState.queued,
                cut=cut,
                media_type="video/mp4",
                created_at=clock.now(),
            )
        )
    return media_id


def test_the_largest_variant_up_to_1080_is_taken_with_its_sound() -> None:
    assert chosen(MASTER, f"{HOST}/playlist.m3u8") == (
        f"{HOST}/720p/video.m3u8",
        f"{HOST}/audio/fr.m3u8",
    )


def test_only_the_segments_of_that_time_are_taken() -> None:
    found = part(PLAYLIST, f"{HOST}/720p/video.m3u8", 9.0, 17.0)
    names = [name.rpartition("/")[2] for name in found.files]
    assert (names, found.skip) == (["init.mp4", "2.m4s", "3.m4s", "4.m4s"], 1.0)


@pytest.mark.parametrize("stranger", ["https://evil.example/a.m4s", "file:///etc/passwd", "//x/y"])
def test_a_playlist_cannot_lead_elsewhere(stranger: str) -> None:
    with pytest.raises(FootageUnread):
        part(f"#EXTM3U\n#EXTINF:4,\n{stranger}\n", f"{HOST}/v.m3u8", 0, 1)


@pytest.mark.parametrize(("start", "end"), [(0, 0.5), (5, 4), (0, 601), (90, 130)])
def test_impossible_clips_are_refused(start: float, end: float) -> None:
    with pytest.raises(ClipImpossible):
        check_clip(start, end, 120.0)


async def test_a_picture_is_made_anew_without_what_was_hidden_in_it() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x8825] = {1: "N"}
    Image.new("RGB", (3000, 1500), "red").save(out, "PNG", exif=exif)
    picture = await cleaned(out.getvalue())
    with Image.open(io.BytesIO(picture.content)) as found:
        assert (found.format, found.size, len(found.getexif())) == ("JPEG", (2048, 1024), 0)
    with pytest.raises(MediaRefused):
        await cleaned(b"GIF89a not a picture")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 10)),
        ("bytes=90-500", (90, 10)),
        ("bytes=-5", (95, 5)),
        ("bytes=100-", None),
        ("bytes=20-10", None),
        ("bytes=-", None),
        ("bytes=0-1,5-6", None),
        ("", None),
    ],
)
def test_a_part_of_a_file_is_given_as_asked_for(
    header: str, expected: tuple[int, int] | None
) -> None:
    assert wanted(header, 100) == expected
