"""A film, from the upload to the ladder that plays."""

import io
from pathlib import Path

import httpx
from fastapi import FastAPI
from PIL import Image, ImageStat

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import (
    Severity,
    Video,
    VideoNew,
    VideoStatus,
    WebhookStatus,
)
from tests.factories import hostile
from tests.factories.footage import a_film, big_buck_bunny, content_of, ffmpeg, files_under
from tests.transcoder_service.world import LIBRARY, Inbox, opened, until
from transcoder_service.actions.uploads import ask_to_encode
from transcoder_service.queries import videos as queries
from transcoder_service.settings import Settings

ENDED = (VideoStatus.finished, VideoStatus.error)
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")
FASTSTART = ("-movflags", "+faststart")


async def encoded(library: VideoLibraryClient, film: Path, at_ms: int | None = None) -> Video:
    """Upload a film, and wait until it is encoded or refused."""
    made = await library.create_video(VideoNew(title="A film", thumbnail_time=at_ms))
    await library.upload(made.guid, content_of(film))

    async def is_ended() -> bool:
        return (await library.get_video(made.guid)).status in ENDED

    await until(is_ended, 120)
    return await library.get_video(made.guid)


async def asked_again(app: FastAPI, guid: str) -> None:
    async with app.state.database.sessions.begin() as session:
        await ask_to_encode(session, await queries.video_for_update(session, guid))


def stored(settings: Settings, guid: str) -> list[str]:
    """Return what the store holds of a video, but its original."""
    folder = Path(settings.media_url) / str(LIBRARY) / guid
    found = [path.relative_to(folder).as_posix() for path in files_under(folder)]
    return [path for path in found if not path.startswith("original/")]


def brightness(picture: bytes) -> float:
    with Image.open(io.BytesIO(picture)) as opened_picture:
        return ImageStat.Stat(opened_picture.convert("L")).mean[0]


async def test_a_real_film_becomes_a_ladder_that_anyone_with_a_grant_can_play(
    library: VideoLibraryClient,
    viewer: httpx.AsyncClient,
    inbox: Inbox,
    settings: Settings,
) -> None:
    video = await encoded(library, big_buck_bunny())

    assert video.status == VideoStatus.finished, video.transcoding_messages
    assert video.encode_progress == 100
    assert (video.width, video.height, video.length) == (1280, 720, 5)
    assert video.available_resolutions == "144p,240p,360p,480p,720p"
    assert video.thumbnail_count == 6

    master = await viewer.get(opened(video.guid, "playlist.m3u8"))
    assert master.status_code == 200
    for line in master.text.splitlines():
        if line and not line.startswith("#"):
            media = await viewer.get(opened(video.guid, line))
            assert media.text.rstrip().endswith("#EXT-X-ENDLIST")
            folder = line.rpartition("/")[0]
            pieces = [one for one in media.text.splitlines() if one.endswith(".m4s")]
            assert pieces
            for piece in pieces:
                segment = await viewer.get(opened(video.guid, f"{folder}/{piece}"))
                assert segment.status_code == 200
    for picture in ("thumbnail.jpg", "thumbnail_5.jpg", "preview.webp", "seek/_0.jpg"):
        assert (await viewer.get(opened(video.guid, picture))).status_code == 200

    assert files_under(settings.scratch_path) == []
    await until(lambda: WebhookStatus.finished in inbox.statuses(video.guid))
    assert inbox.statuses(video.guid) == [
        WebhookStatus.queued,
        WebhookStatus.processing,
        WebhookStatus.encoding,
        WebhookStatus.resolution_finished,
        WebhookStatus.finished,
    ]


async def test_what_is_no_film_fails_at_once_and_says_why(
    library: VideoLibraryClient, inbox: Inbox, settings: Settings, tmp_path: Path
) -> None:
    video = await encoded(library, hostile.subtitles_alone(tmp_path, tmp_path))
    assert video.status == VideoStatus.error
    assert video.transcoding_messages is not None
    (message,) = video.transcoding_messages
    assert message.level == Severity.error
    assert message.message is not None
    assert message.message.startswith("The file is not a film this library can read")
    await until(lambda: WebhookStatus.failed in inbox.statuses(video.guid))
    assert WebhookStatus.finished not in inbox.statuses(video.guid)
    assert stored(settings, video.guid) == []
    assert files_under(settings.scratch_path) == []


async def test_a_film_that_breaks_off_fails_after_three_tries_and_leaves_nothing(
    library: VideoLibraryClient,
    viewer: httpx.AsyncClient,
    inbox: Inbox,
    settings: Settings,
    tmp_path: Path,
) -> None:
    slow = "fps=1,fps=25"
    film = a_film(tmp_path / "whole.mp4", seconds=40, filters=slow, more=FASTSTART)
    whole = content_of(film)
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])
    video = await encoded(library, tmp_path / "half.mp4")
    assert video.status == VideoStatus.error
    assert video.transcoding_messages is not None
    assert len(video.transcoding_messages) == 1
    assert "cannot be read" in (video.transcoding_messages[0].message or "")
    assert inbox.statuses(video.guid).count(WebhookStatus.failed) <= 1
    answer = await viewer.get(opened(video.guid, "playlist.m3u8"))
    assert answer.status_code == 404
    await until(lambda: stored(settings, video.guid) == [])
    assert files_under(settings.scratch_path) == []


async def test_when_encoding_anew_fails_the_film_plays_on(
    app: FastAPI,
    library: VideoLibraryClient,
    viewer: httpx.AsyncClient,
    settings: Settings,
    tmp_path: Path,
) -> None:
    video = await encoded(library, a_film(tmp_path / "film.mp4", seconds=2))
    before = await viewer.get(opened(video.guid, "playlist.m3u8"))
    originals = files_under(Path(settings.media_url) / str(LIBRARY) / video.guid / "original")
    originals[0].write_bytes(b"no film any more")

    await asked_again(app, video.guid)

    async def is_told() -> bool:
        return bool((await library.get_video(video.guid)).transcoding_messages)

    await until(is_told, 60)
    after = await library.get_video(video.guid)
    assert (after.status, after.available_resolutions) == (4, video.available_resolutions)
    assert (await viewer.get(opened(video.guid, "playlist.m3u8"))).text == before.text


async def test_encoding_anew_switches_at_once_and_keeps_the_old_for_those_who_watch(
    app: FastAPI, library: VideoLibraryClient, viewer: httpx.AsyncClient, tmp_path: Path
) -> None:
    video = await encoded(library, a_film(tmp_path / "film.mp4", seconds=2))
    before = await viewer.get(opened(video.guid, "playlist.m3u8"))

    await asked_again(app, video.guid)

    async def is_switched() -> bool:
        answer = await viewer.get(opened(video.guid, "playlist.m3u8"))
        assert answer.status_code == 200
        return answer.text != before.text

    await until(is_switched, 60)
    old = next(line for line in before.text.splitlines() if line.endswith("video.m3u8"))
    assert (await viewer.get(opened(video.guid, old))).status_code == 200


async def test_a_video_deleted_while_it_is_encoded_leaves_nothing(
    library: VideoLibraryClient, inbox: Inbox, settings: Settings, tmp_path: Path
) -> None:
    film = a_film(tmp_path / "film.mp4", size="1280x720", seconds=30)
    made = await library.create_video(VideoNew(title="A film"))
    await library.upload(made.guid, content_of(film))
    await until(lambda: WebhookStatus.encoding in inbox.statuses(made.guid), 60)
    await library.delete_video(made.guid)
    folder = Path(settings.media_url) / str(LIBRARY) / made.guid
    await until(lambda: files_under(settings.scratch_path) == [], 60)
    await until(lambda: files_under(folder) == [], 60)


async def test_subtitles_inside_a_film_become_captions(
    library: VideoLibraryClient, viewer: httpx.AsyncClient, tmp_path: Path
) -> None:
    plain = a_film(tmp_path / "plain.mp4", seconds=3)
    inputs = ("-i", str(plain), "-i", str(hostile.subtitles_alone(tmp_path, tmp_path)))
    said = ("-metadata:s:s:0", "language=fre", "-metadata:s:s:0", "title=Français")
    film = tmp_path / "film.mkv"
    ffmpeg(*inputs, "-map", "0", "-map", "1", "-c", "copy", *said, str(film))
    video = await encoded(library, film)
    assert video.status == VideoStatus.finished, video.transcoding_messages
    assert [(one.srclang, one.label) for one in video.captions or ()] == [("fr", "Français")]
    assert "Bonjour" in (await viewer.get(opened(video.guid, "captions/fr.vtt"))).text
    master = (await viewer.get(opened(video.guid, "playlist.m3u8"))).text
    assert "TYPE=SUBTITLES" in master


async def test_the_poster_is_not_the_black_frame_a_film_begins_with(
    library: VideoLibraryClient, viewer: httpx.AsyncClient, tmp_path: Path
) -> None:
    film = a_film(tmp_path / "film.mp4", seconds=12, filters="fade=in:st=7:d=1")
    video = await encoded(library, film)
    picture = (await viewer.get(opened(video.guid, "thumbnail.jpg"))).content
    assert brightness(picture) > 50


async def test_the_poster_is_the_frame_that_was_asked_for(
    library: VideoLibraryClient, viewer: httpx.AsyncClient, tmp_path: Path
) -> None:
    film = a_film(tmp_path / "film.mp4", seconds=12, filters="fade=in:st=7:d=1")
    video = await encoded(library, film, at_ms=2000)
    picture = (await viewer.get(opened(video.guid, "thumbnail.jpg"))).content
    assert brightness(picture) < 20
