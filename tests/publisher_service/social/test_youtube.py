"""Videos on a YouTube channel: resumable uploads, processing, quotas."""

import pytest

from kit.contracts.publisher.social import NetworkName, TargetState
from publisher_service.actions.social import posting
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.fakes.youtube import YouTube, quota_used_up
from tests.publisher_service.social.desk import LINK, TEXT, Desk, content
from tests.publisher_service.social.test_killed import Death

SIZE = 20_000_000
PLAIN = "Ce soir : Sira"


async def test_a_clip_becomes_a_public_video(desk: Desk, youtube: YouTube) -> None:
    youtube.polls = 3
    account = await desk.connect(NetworkName.youtube, youtube.credentials())
    media_id = await desk.file(size=SIZE)
    target = await desk.posted(await desk.publish(account, media_id=media_id, text=PLAIN))
    assert (target.state, target.remote_url) == (
        TargetState.published,
        "https://www.youtube.com/watch?v=video-0",
    )
    (video,) = youtube.videos.values()
    assert video.content == content(SIZE)
    assert video.meta["snippet"]["title"] == "Sira"
    assert video.meta["snippet"]["description"] == f"{PLAIN}\n\n{LINK}"
    assert TEXT not in str(video.meta)


@pytest.mark.parametrize("lost", [answer_lost, dropped])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_an_upload_goes_on_where_it_broke(
    desk: Desk, youtube: YouTube, lost: type[Trouble], number: int
) -> None:
    account = await desk.connect(NetworkName.youtube, youtube.credentials())
    media_id = await desk.file(size=SIZE)
    youtube.troubles = [Trouble("PUT", 503)] * (number - 1) + [lost("PUT"), lost("POST /upload")]
    target = await desk.posted(await desk.publish(account, media_id=media_id, text=PLAIN))
    assert target.state == TargetState.published
    assert [each.content == content(SIZE) for each in youtube.videos.values()] == [True]


async def test_what_arrived_in_part_is_not_counted_twice(desk: Desk, youtube: YouTube) -> None:
    youtube.takes = 3_000_000
    account = await desk.connect(NetworkName.youtube, youtube.credentials())
    media_id = await desk.file(size=SIZE)
    target = await desk.posted(await desk.publish(account, media_id=media_id, text=PLAIN))
    assert target.state == TargetState.published
    assert youtube.videos["video-0"].content == content(SIZE)


async def test_a_session_that_is_gone_after_the_last_byte_is_found_by_its_tag(
    desk: Desk, youtube: YouTube, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.connect(NetworkName.youtube, youtube.credentials())
    media_id = await desk.file(size=1000)
    publication = await desk.publish(account, media_id=media_id, text=PLAIN)
    youtube.troubles = [answer_lost("PUT")]
    monkeypatch.setattr("publisher_service.rules.posting.FIRST_SECONDS", 1.0)
    seconds = await posting.advance(desk.transaction, desk.press, publication.targets[0].id)
    assert seconds == 1.0
    youtube.forget_sessions()
    assert (await desk.posted(publication)).state == TargetState.published
    assert len(youtube.videos) == 1


async def test_killed_at_every_step_one_video_is_made(desk: Desk, youtube: YouTube) -> None:
    account = await desk.connect(NetworkName.youtube, youtube.credentials())
    media_id = await desk.file(size=SIZE)
    for number in range(1, 100):
        publication = await desk.publish(account, media_id=media_id, text=PLAIN)
        target_id = publication.targets[0].id
        lived = await Death(desk, number, is_before=True).bring_out(target_id)
        await desk.bring_out(target_id)
        assert (await desk.seen(publication)).state == TargetState.published
        assert len(youtube.videos) == number
        if lived:
            break
    assert number > 10


async def test_a_token_of_an_hour_is_renewed(desk: Desk, youtube: YouTube) -> None:
    account = await desk.connect(NetworkName.youtube, youtube.credentials())
    youtube.expire()
    media_id = await desk.file(size=1000)
    target = await desk.posted(await desk.publish(account, media_id=media_id, text=PLAIN))
    assert target.state == TargetState.published
    youtube.expire()
    youtube.refresh = "revoked"
    target = await desk.posted(await desk.publish(account, media_id=media_id, text=PLAIN))
    assert (target.state, target.needs_reconnection) == (TargetState.failed, True)


async def test_a_used_up_quota_is_waited_for(desk: Desk, youtube: YouTube) -> None:
    account = await desk.connect(NetworkName.youtube, youtube.credentials())
    youtube.troubles = [Trouble("POST /upload", 403, quota_used_up())]
    media_id = await desk.file(size=1000)
    target = await desk.posted(await desk.publish(account, media_id=media_id, text=PLAIN))
    assert (target.state, target.tries) == (TargetState.published, 0)


@pytest.mark.parametrize(
    ("verdict", "privacy", "said"),
    [
        ({"uploadStatus": "rejected", "rejectionReason": "copyright"}, "public", "copyright"),
        ({"uploadStatus": "failed", "failureReason": "codec"}, "public", "codec"),
        ({"uploadStatus": "processed"}, "private", "private"),
    ],
)
async def test_never_published_without_youtubes_final_word(
    desk: Desk, youtube: YouTube, verdict: dict[str, str], privacy: str, said: str
) -> None:
    youtube.verdict, youtube.privacy = verdict, privacy
    account = await desk.connect(NetworkName.youtube, youtube.credentials())
    media_id = await desk.file(size=1000)
    target = await desk.posted(await desk.publish(account, media_id=media_id, text=PLAIN))
    assert target.state == TargetState.failed
    assert said in str(target.error)
