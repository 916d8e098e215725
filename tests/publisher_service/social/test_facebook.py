"""Posts on a Facebook page: texts, pictures, videos in parts, answers that are lost."""

from dataclasses import replace
from typing import Any

import pytest

from kit.contracts.publisher.social import MediaKind, NetworkName, TargetState
from publisher_service.actions.social import posting
from tests.fakes.facebook import PAGE, PAGE_TOKEN, USER_TOKEN, Facebook
from tests.fakes.meta import an_error, too_often
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.publisher_service.social.desk import LINK, TEXT, Desk, content
from tests.publisher_service.social.test_killed import Death

GIVEN = {"access_token": PAGE_TOKEN, "page_id": PAGE}
FEED = f"POST /v25.0/{PAGE}/feed"
VIDEOS = f"POST /v25.0/{PAGE}/videos"
CAPTION = f"{TEXT}\n\n{LINK}"
SIZE = 900_000  # three parts


@pytest.fixture
def networks(facebook: Facebook) -> dict[str, Any]:
    facebook.part = 400_000
    return {"facebook_api_url": facebook.api, "facebook_video_url": facebook.api}


async def test_a_text_is_published_with_its_link(desk: Desk, facebook: Facebook) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    target = await desk.posted(await desk.publish(account))
    (post,) = facebook.posts
    assert (target.state, target.remote_url) == (
        TargetState.published,
        f"https://www.facebook.com/{post.id}",
    )
    assert (post.message, post.link) == (TEXT, LINK)


async def test_a_picture_is_uploaded_unseen_and_shown_by_the_post(
    desk: Desk, facebook: Facebook
) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    media_id = await desk.file(MediaKind.picture, 300_000)
    target = await desk.posted(await desk.publish(account, media_id=media_id))
    (post,) = facebook.posts
    assert (target.state, post.message) == (TargetState.published, CAPTION)
    assert [facebook.photos[each] == content(300_000) for each in post.photos] == [True]


async def test_a_clip_is_uploaded_in_the_parts_it_asks_for(desk: Desk, facebook: Facebook) -> None:
    facebook.polls = 3
    account = await desk.connect(NetworkName.facebook, GIVEN)
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=SIZE)))
    (video,) = facebook.public_videos
    assert (target.state, target.remote_url) == (
        TargetState.published,
        f"https://www.facebook.com/{PAGE}/videos/{video.id}/",
    )
    assert (video.title, video.description) == ("Sira", CAPTION)
    assert video.content == content(SIZE)


@pytest.mark.parametrize("lost", [answer_lost, dropped])
@pytest.mark.parametrize("number", range(5))
async def test_an_upload_goes_on_where_it_broke(
    desk: Desk, facebook: Facebook, lost: type[Trouble], number: int
) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    publication = await desk.publish(account, media_id=await desk.file(size=SIZE))
    facebook.troubles = [replace(lost(VIDEOS), after=number)]
    target = await desk.posted(publication)
    assert target.state == TargetState.published
    assert [each.content == content(SIZE) for each in facebook.public_videos] == [True]


async def test_what_arrived_in_part_is_not_counted_twice(desk: Desk, facebook: Facebook) -> None:
    facebook.takes = 150_000
    account = await desk.connect(NetworkName.facebook, GIVEN)
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=SIZE)))
    assert target.state == TargetState.published
    assert facebook.public_videos[0].content == content(SIZE)


async def test_an_upload_that_took_too_long_is_begun_anew(desk: Desk, facebook: Facebook) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    publication = await desk.publish(account, media_id=await desk.file(size=SIZE))
    facebook.troubles = [replace(dropped(VIDEOS), after=2)]
    await posting.advance(desk.transaction, desk.press, publication.targets[0].id)
    for video in facebook.videos.values():
        video.is_over = True
    assert (await desk.posted(publication)).state == TargetState.published
    assert (len(facebook.videos), len(facebook.public_videos)) == (2, 1)


@pytest.mark.parametrize("kind", [None, MediaKind.picture])
async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(
    desk: Desk, facebook: Facebook, kind: MediaKind | None
) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    facebook.add_by_hand(TEXT)  # the same words, said before
    media_id = await desk.file(kind, 1000) if kind else None
    publication = await desk.publish(account, media_id=media_id)
    facebook.troubles = [answer_lost(FEED)]
    await posting.advance(desk.transaction, desk.press, publication.targets[0].id)
    facebook.is_list_behind = True
    target = await desk.posted(publication)
    assert (target.state, target.remote_id) == (TargetState.published, facebook.posts[1].id)
    assert (len(facebook.posts), facebook.count(FEED)) == (2, 1)


async def test_where_two_say_the_same_somebody_looks(desk: Desk, facebook: Facebook) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    publication = await desk.publish(account)
    facebook.troubles = [answer_lost(FEED)]
    await posting.advance(desk.transaction, desk.press, publication.targets[0].id)
    facebook.add_by_hand(TEXT)
    target = await desk.posted(publication)
    assert (target.state, facebook.count(FEED)) == (TargetState.unsure, 1)


@pytest.mark.parametrize("trouble", [dropped(FEED), Trouble(FEED, 503)])
async def test_a_post_that_never_arrived_is_sent_again(
    desk: Desk, facebook: Facebook, trouble: Trouble
) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    facebook.troubles = [trouble]
    target = await desk.posted(await desk.publish(account))
    assert (target.state, len(facebook.posts)) == (TargetState.published, 1)


async def test_the_same_again_is_told_as_such(desk: Desk, facebook: Facebook) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    await desk.posted(await desk.publish(account))
    target = await desk.posted(await desk.publish(account))
    assert (target.state, len(facebook.posts)) == (TargetState.failed, 1)
    assert "Duplicate" in str(target.error)


@pytest.mark.parametrize("kind", [None, MediaKind.picture, MediaKind.clip])
async def test_killed_at_every_step_one_post_is_made(
    desk: Desk, facebook: Facebook, kind: MediaKind | None
) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    media_id = await desk.file(kind, 500_000) if kind else None
    for number in range(1, 100):
        text = f"Numéro {number}"
        publication = await desk.publish(account, media_id=media_id, text=text)
        target_id = publication.targets[0].id
        lived = await Death(desk, number, is_before=True).bring_out(target_id)
        await desk.bring_out(target_id)
        assert (await desk.seen(publication)).state == TargetState.published
        assert len(facebook.posts) + len(facebook.public_videos) == number
        if lived:
            break
    assert number > 6


async def test_too_many_calls_are_waited_out(desk: Desk, facebook: Facebook) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    publication = await desk.publish(account)
    facebook.troubles = [too_often(FEED, 32)]
    target_id = publication.targets[0].id
    assert await posting.advance(desk.transaction, desk.press, target_id) == 900
    await desk.bring_out(target_id)
    assert ((await desk.seen(publication)).tries, len(facebook.posts)) == (0, 1)


@pytest.mark.parametrize("code", [190, 200])
async def test_a_page_that_lets_nobody_in_asks_to_be_connected_again(
    desk: Desk, facebook: Facebook, code: int
) -> None:
    account = await desk.connect(NetworkName.facebook, GIVEN)
    facebook.troubles = [Trouble(FEED, 403, an_error(code, "Error validating access token"))]
    target = await desk.posted(await desk.publish(account))
    assert (target.state, target.needs_reconnection) == (TargetState.failed, True)
    assert facebook.posts == []


async def test_what_facebook_cannot_process_is_not_published(
    desk: Desk, facebook: Facebook
) -> None:
    phase = {"status": "error", "errors": [{"code": 1363026, "message": "Bad codec"}]}
    facebook.verdict = {"video_status": "error", "processing_phase": phase}
    account = await desk.connect(NetworkName.facebook, GIVEN)
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=1000)))
    assert (target.state, "Bad codec" in str(target.error)) == (TargetState.failed, True)


async def test_a_persons_token_becomes_the_pages(desk: Desk, facebook: Facebook) -> None:
    account = await desk.connect(NetworkName.facebook, {"access_token": USER_TOKEN})
    target = await desk.posted(await desk.publish(account))
    assert (target.state, len(facebook.posts)) == (TargetState.published, 1)
