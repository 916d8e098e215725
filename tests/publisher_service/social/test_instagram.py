"""Reels on an Instagram account: containers, resumable uploads, quotas, answers that are lost."""

from typing import Any

import pytest

from kit.contracts.publisher.social import MediaKind, NetworkName, TargetState
from kit.contracts.publisher.social_errors import PublicationUnfit
from publisher_service.actions.social import posting
from tests.fakes.instagram import OWN_TOKEN, TOKEN, USER, Instagram
from tests.fakes.meta import an_error, too_often
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.publisher_service.social.desk import LINK, TEXT, Desk, content
from tests.publisher_service.social.test_killed import Death

CAPTION = f"{TEXT}\n\n{LINK}"
SIZE = 900_000
PUBLISH = "media_publish"
GIVEN = {"access_token": TOKEN}


@pytest.fixture(autouse=True)
def hurried_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publisher_service.providers.instagram.PART", 100_000)


@pytest.fixture
def networks(instagram: Instagram) -> dict[str, Any]:
    return {
        "facebook_api_url": instagram.api,
        "instagram_api_url": instagram.api,
        "meta_upload_url": instagram.url,
    }


async def test_a_clip_becomes_a_reel(desk: Desk, instagram: Instagram) -> None:
    instagram.polls = 3
    account = await desk.connect(NetworkName.instagram, GIVEN)
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=SIZE)))
    (post,) = instagram.posts
    assert (target.state, target.remote_url) == (
        TargetState.published,
        f"https://www.instagram.com/p/{post.id}/",
    )
    assert (post.caption, post.content) == (CAPTION, content(SIZE))


@pytest.mark.parametrize("taken", [1, 70_000, 899_999])
async def test_an_upload_goes_on_where_the_line_broke(
    desk: Desk, instagram: Instagram, taken: int
) -> None:
    instagram.takes = taken
    account = await desk.connect(NetworkName.instagram, GIVEN)
    publication = await desk.publish(account, media_id=await desk.file(size=SIZE))
    target_id = publication.targets[0].id
    assert await posting.advance(desk.transaction, desk.press, target_id)
    assert [len(each.content) for each in instagram.containers.values()] == [taken]
    instagram.takes = 10**9
    await desk.bring_out(target_id)
    assert [post.content == content(SIZE) for post in instagram.posts] == [True]


@pytest.mark.parametrize("at", ["POST /v25.0", "ig-api-upload", "GET /v25.0", "publishing_limit"])
@pytest.mark.parametrize("lost", [answer_lost, dropped])
async def test_every_call_may_be_lost(
    desk: Desk, instagram: Instagram, at: str, lost: type[Trouble]
) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    instagram.troubles = [lost(at)]
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=1000)))
    assert target.state == TargetState.published
    assert len(instagram.posts) == 1


@pytest.mark.parametrize("is_list_behind", [False, True])
async def test_a_reel_whose_answer_was_lost_is_found_by_its_container(
    desk: Desk, instagram: Instagram, *, is_list_behind: bool
) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    instagram.add_by_hand(CAPTION)  # the same words, said before
    publication = await desk.publish(account, media_id=await desk.file(size=1000))
    instagram.troubles, instagram.polls = [answer_lost(PUBLISH)], 0
    await posting.advance(desk.transaction, desk.press, publication.targets[0].id)
    instagram.is_list_behind = is_list_behind
    target = await desk.posted(publication)
    assert (target.state, target.remote_id) == (TargetState.published, instagram.posts[1].id)
    assert (len(instagram.posts), instagram.count(PUBLISH)) == (2, 1)


async def test_somebody_elses_post_is_never_taken_for_ours(
    desk: Desk, instagram: Instagram
) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    publication = await desk.publish(account, media_id=await desk.file(size=1000))
    instagram.troubles, instagram.polls = [answer_lost(PUBLISH)], 0
    await posting.advance(desk.transaction, desk.press, publication.targets[0].id)
    instagram.add_by_hand(CAPTION)  # and again at the same moment: which is ours, nobody can say
    target = await desk.posted(publication)
    assert (target.state, target.remote_url) == (
        TargetState.published,  # the container says so
        "https://www.instagram.com/maison_films/",
    )


@pytest.mark.parametrize("trouble", [dropped(PUBLISH), Trouble(PUBLISH, 503)])
async def test_a_reel_that_never_arrived_is_published_once(
    desk: Desk, instagram: Instagram, trouble: Trouble
) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    instagram.troubles = [trouble]
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=1000)))
    assert target.state == TargetState.published
    assert (len(instagram.posts), len(instagram.containers)) == (1, 1)


async def test_killed_at_every_step_one_reel_is_published(desk: Desk, instagram: Instagram) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    media_id = await desk.file(size=1000)
    for number in range(1, 100):
        publication = await desk.publish(account, media_id=media_id)
        target_id = publication.targets[0].id
        lived = await Death(desk, number, is_before=True).bring_out(target_id)
        await desk.bring_out(target_id)
        assert (await desk.seen(publication)).state == TargetState.published
        assert len(instagram.posts) == number
        if lived:
            break
    assert number > 10


async def test_the_quota_of_a_day_is_waited_out(desk: Desk, instagram: Instagram) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    instagram.used = 100
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=1000)))
    assert (target.state, target.tries) == (TargetState.published, 0)
    assert instagram.count("publishing_limit") == 2


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X-App-Usage": '{"call_count":100,"total_time":7}'}, 3600),
        (
            {
                "X-Business-Use-Case-Usage": '{"17":[{"type":"instagram",'
                '"estimated_time_to_regain_access":19}]}'
            },
            1140,
        ),
        ({"X-App-Usage": "garbage"}, 900),
    ],
)
async def test_too_many_calls_are_waited_out_as_long_as_it_says(
    desk: Desk, instagram: Instagram, headers: dict[str, str], seconds: float
) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    publication = await desk.publish(account, media_id=await desk.file(size=1000))
    instagram.troubles = [too_often(PUBLISH, headers=headers)]
    target_id = publication.targets[0].id
    instagram.polls = 0
    assert await posting.advance(desk.transaction, desk.press, target_id) == seconds
    await desk.bring_out(target_id)
    assert ((await desk.seen(publication)).tries, len(instagram.posts)) == (0, 1)


@pytest.mark.parametrize(
    ("verdict", "status", "said"),
    [
        ("ERROR", "Error: the video format is not supported (2207026)", "2207026"),
        ("ERROR", "Error: unknown upload error 2207053", "2207053"),
        ("EXPIRED", "Expired", "Expired"),
    ],
)
async def test_what_instagram_cannot_process_is_not_published(
    desk: Desk, instagram: Instagram, verdict: str, status: str, said: str
) -> None:
    instagram.verdict, instagram.status = verdict, status
    account = await desk.connect(NetworkName.instagram, GIVEN)
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=1000)))
    assert (target.state, instagram.posts) == (TargetState.failed, [])
    assert said in str(target.error)
    assert len(instagram.containers) == (1 if said == "2207026" else 3)


async def test_what_is_not_ready_yet_is_tried_again(desk: Desk, instagram: Instagram) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    not_ready = an_error(9007, "Media ID is not available", 2207027)
    instagram.troubles = [Trouble(PUBLISH, 400, not_ready)]
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=1000)))
    assert (target.state, len(instagram.posts)) == (TargetState.published, 1)


@pytest.mark.parametrize("at", ["media", "ig-api-upload"])
async def test_a_token_that_ended_asks_to_be_connected_again(
    desk: Desk, instagram: Instagram, at: str
) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    publication = await desk.publish(account, media_id=await desk.file(size=1000))
    ended = an_error(190, "Error validating access token: Session has expired", 463)
    instagram.troubles = [Trouble(at, 401, ended)]
    target = await desk.posted(publication)
    assert (target.state, target.needs_reconnection) == (TargetState.failed, True)


async def test_a_picture_cannot_go_where_nobody_can_fetch_it(
    desk: Desk, instagram: Instagram
) -> None:
    account = await desk.connect(NetworkName.instagram, GIVEN)
    with pytest.raises(PublicationUnfit) as refused:
        await desk.publish(account, media_id=await desk.file(MediaKind.picture, 1000))
    assert refused.value.extra["errors"][0]["what"] == ["picture_unreachable"]


@pytest.mark.parametrize("token", [TOKEN, OWN_TOKEN])
async def test_the_only_account_is_found_by_its_token(
    desk: Desk, instagram: Instagram, token: str
) -> None:
    account = await desk.connect(NetworkName.instagram, {"access_token": token})
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=1000)))
    assert target.state == TargetState.published
    assert instagram.count(f"POST /v25.0/{USER}/media_publish") == 1
