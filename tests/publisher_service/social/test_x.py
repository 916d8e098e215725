"""Posts on X: chunked uploads, processing, tokens that rotate, answers that are lost."""

import pytest
from sqlalchemy import select

from kit.contracts.publisher.social import NetworkName, TargetState
from publisher_service.models.social import SocialAccount
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.fakes.x import X
from tests.publisher_service.social.desk import LINK, TEXT, Desk, content


async def test_a_clip_is_uploaded_in_parts_processed_and_published(desk: Desk, x: X) -> None:
    x.polls = 3
    account = await desk.connect(NetworkName.x, x.credentials())
    publication = await desk.publish(account, media_id=await desk.file())
    target = await desk.posted(publication)
    assert (target.state, target.remote_url) == (
        TargetState.published,
        "https://x.com/maison_films/status/1000",
    )
    (upload,) = x.uploads.values()
    assert upload.content == content(9_000_000)
    assert sorted(upload.segments) == [0, 1, 2]
    assert [each.media_ids for each in x.posts] == [["7000"]]


@pytest.mark.parametrize("at", ["initialize", "append", "finalize", "GET /2/media/upload"])
@pytest.mark.parametrize("lost", [answer_lost, dropped])
async def test_an_upload_goes_on_where_the_line_broke(
    desk: Desk, x: X, at: str, lost: type[Trouble]
) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    x.troubles = [lost(at)]
    target = await desk.posted(await desk.publish(account, media_id=await desk.file()))
    assert target.state == TargetState.published
    assert x.uploads[x.posts[0].media_ids[0]].content == content(9_000_000)
    assert x.count("append") <= 4


@pytest.mark.parametrize("has_file", [False, True])
async def test_a_post_whose_answer_was_lost_is_found_and_not_repeated(
    desk: Desk, x: X, has_file: bool
) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    media_id = await desk.file(size=1000) if has_file else None
    x.troubles, x.is_list_behind = [answer_lost("POST /2/tweets")], True
    target = await desk.posted(await desk.publish(account, media_id=media_id))
    assert (target.state, target.remote_id) == (TargetState.published, "1000")
    assert [each.text for each in x.posts] == [f"{TEXT}\n\n{LINK}"]
    assert x.count("POST /2/tweets") == 1


@pytest.mark.parametrize("trouble", [dropped("POST /2/tweets"), Trouble("POST /2/tweets", 503)])
async def test_a_post_that_never_arrived_is_sent_again(desk: Desk, x: X, trouble: Trouble) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    x.troubles = [trouble]
    target = await desk.posted(await desk.publish(account))
    assert target.state == TargetState.published
    assert len(x.posts) == 1


async def test_somebody_elses_latest_post_is_never_taken_for_ours(desk: Desk, x: X) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    x.troubles = [dropped("POST /2/tweets")]
    await desk.posted(await desk.publish(account, text="Une autre annonce"))
    target = await desk.posted(await desk.publish(account))
    assert [each.text.split("\n")[0] for each in x.posts] == ["Une autre annonce", TEXT]
    assert target.remote_id == "1001"


async def test_an_expired_token_is_renewed_and_the_new_pair_is_kept(desk: Desk, x: X) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    for text in ("Premier", "Second"):
        x.expire()
        target = await desk.posted(await desk.publish(account, text=text))
        assert target.state == TargetState.published
    assert x.refresh == "refresh-1++"


async def test_a_refused_renewal_means_connect_again(desk: Desk, x: X) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    x.expire()
    x.refresh = "another"
    target = await desk.posted(await desk.publish(account))
    assert (target.state, target.needs_reconnection) == (TargetState.failed, True)
    async with desk.transaction() as session:
        row = await session.scalar(select(SocialAccount).where(SocialAccount.id == account))
    assert row is not None
    assert row.needs_reconnection
    assert x.posts == []


async def test_what_x_cannot_process_is_not_published(desk: Desk, x: X) -> None:
    x.is_broken_file = True
    account = await desk.connect(NetworkName.x, x.credentials())
    target = await desk.posted(await desk.publish(account, media_id=await desk.file(size=1000)))
    assert target.state == TargetState.failed
    assert "Bad codec" in str(target.error)


async def test_the_rate_limit_is_waited_out(desk: Desk, x: X) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    x.troubles = [Trouble("POST /2/tweets", 429, {}, {"x-rate-limit-reset": "1"})]
    target = await desk.posted(await desk.publish(account))
    assert (target.state, len(x.posts)) == (TargetState.published, 1)


async def test_what_was_said_already_by_somebody_is_told_as_such(desk: Desk, x: X) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    await desk.posted(await desk.publish(account))
    x.posts[0] = type(x.posts[0])("1000", x.posts[0].text, [], "2020-01-01T00:00:00.000Z")
    target = await desk.posted(await desk.publish(account))
    assert target.state == TargetState.failed
    assert "duplicate" in str(target.error)
