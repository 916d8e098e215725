"""Posts on a Telegram channel, which never says what it holds."""

import pytest

from kit.contracts.publisher.social import MediaKind, NetworkName, Settlement, TargetState
from kit.contracts.publisher.social_errors import CredentialsRefused, TargetSettled
from publisher_service.actions.social import publications
from tests.fakes.network import Trouble, answer_lost
from tests.fakes.telegram import TOKEN, Telegram, too_fast
from tests.publisher_service.social.desk import DANA, LINK, TEXT, Desk, content

CREDENTIALS = {"token": TOKEN, "chat_id": "@maison_films"}


async def test_a_text_is_published_with_its_link(desk: Desk, telegram: Telegram) -> None:
    account = await desk.connect(NetworkName.telegram, CREDENTIALS)
    target = await desk.posted(await desk.publish(account))
    assert target.state == TargetState.published
    assert target.remote_url == "https://t.me/maison_films/7"
    assert [each.text for each in telegram.messages] == [f"{TEXT}\n\n{LINK}"]


@pytest.mark.parametrize(
    ("kind", "method"), [(MediaKind.clip, "sendVideo"), (MediaKind.picture, "sendPhoto")]
)
async def test_files_arrive_whole(
    desk: Desk, telegram: Telegram, kind: MediaKind, method: str
) -> None:
    account = await desk.connect(NetworkName.telegram, CREDENTIALS)
    media_id = await desk.file(kind, 300_000)
    await desk.posted(await desk.publish(account, media_id=media_id))
    (message,) = telegram.messages
    assert (message.method, message.file == content(300_000)) == (method, True)


async def test_too_fast_is_waited_out_and_sent_once(desk: Desk, telegram: Telegram) -> None:
    account = await desk.connect(NetworkName.telegram, CREDENTIALS)
    telegram.troubles = [too_fast(3)]
    target = await desk.posted(await desk.publish(account))
    assert (target.state, target.tries) == (TargetState.published, 0)
    assert len(telegram.messages) == 1


@pytest.mark.parametrize("trouble", [answer_lost("/send"), Trouble("/send", 502, "bad gateway")])
async def test_a_lost_answer_is_never_repeated_blindly(
    desk: Desk, telegram: Telegram, trouble: Trouble
) -> None:
    account = await desk.connect(NetworkName.telegram, CREDENTIALS)
    telegram.troubles = [trouble]
    target = await desk.posted(await desk.publish(account))
    assert target.state == TargetState.unsure
    assert telegram.count("/sendMessage") == 1


async def test_somebody_who_looked_says_what_became_of_it(desk: Desk, telegram: Telegram) -> None:
    account = await desk.connect(NetworkName.telegram, CREDENTIALS)
    telegram.troubles = [answer_lost("/send"), Trouble("/send", 500, "")]
    there, missing = await desk.publish(account), await desk.publish(account, text="Autre chose")
    for publication in (there, missing):
        await desk.posted(publication)
    async with desk.transaction() as session:
        seen = Settlement(is_published=True, remote_url="https://t.me/maison_films/7")
        await publications.settle(session, DANA, there.targets[0].id, seen)
        unseen = Settlement(is_published=False)
        await publications.settle(session, DANA, missing.targets[0].id, unseen)
    assert (await desk.seen(there)).state == TargetState.published
    assert (await desk.posted(missing)).state == TargetState.published
    assert [each.text.split("\n")[0] for each in telegram.messages] == [TEXT, "Autre chose"]
    async with desk.transaction() as session:
        with pytest.raises(TargetSettled):
            await publications.settle(session, DANA, there.targets[0].id, seen)


async def test_a_bot_that_was_thrown_out_asks_to_be_connected_again(
    desk: Desk, telegram: Telegram
) -> None:
    account = await desk.connect(NetworkName.telegram, CREDENTIALS)
    told = {"ok": False, "error_code": 403, "description": "Forbidden: bot was kicked"}
    telegram.troubles = [Trouble("/send", 403, told)]
    publication = await desk.publish(account)
    target = await desk.posted(publication)
    assert (target.state, target.needs_reconnection) == (TargetState.failed, True)
    assert "bot was kicked" in str(target.error)
    async with desk.transaction() as session:
        await publications.retry(session, DANA, target.id)
    assert (await desk.posted(publication)).state == TargetState.published


async def test_a_wrong_token_is_not_kept(desk: Desk) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        await desk.connect(NetworkName.telegram, {**CREDENTIALS, "token": "9:wrong"})
    assert refused.value.extra["reason"] == "Unauthorized"
