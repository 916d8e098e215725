"""A film, from the upload to the ladder that plays."""

from pathlib import Path

import httpx

from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import Video, VideoNew, VideoStatus, WebhookStatus
from tests.factories.footage import big_buck_bunny, content_of, files_under
from tests.transcoder_service.world import Inbox, opened, until
from transcoder_service.settings import Settings

ENDED = (VideoStatus.finished, VideoStatus.error)


async def encoded(library: VideoLibraryClient, film: Path) -> Video:
    """Upload a film, and wait until it is encoded or refused."""
    made = await library.create_video(VideoNew(title="A film"))
    await library.upload(made.guid, content_of(film))

    async def is_ended() -> bool:
        return (await library.get_video(made.guid)).status in ENDED

    await until(is_ended, 120)
    return await library.get_video(made.guid)


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
