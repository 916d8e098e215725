"""A process that dies at any moment of a post: nothing is lost, and nothing goes out twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.publisher.social import NetworkName, TargetState
from publisher_service.actions.social import posting
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.fakes.telegram import TOKEN, Telegram
from tests.fakes.x import X
from tests.publisher_service.social.desk import Desk


class Killed(Exception):
    """Stands for the end of the process: nothing after it happens, the transaction is lost."""


class Death:
    """Kills in the transaction of that number, once: before its commit, or right after it."""

    def __init__(self, desk: Desk, number: int, *, is_before: bool) -> None:
        self.desk = desk
        self.left = number
        self.is_before = is_before

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        self.left -= 1
        is_last = self.left == 0
        async with self.desk.transaction() as session:
            yield session
            if is_last and self.is_before:
                raise Killed
        if is_last:
            raise Killed

    async def bring_out(self, target_id: UUID) -> bool:
        """Say whether it lived to the end."""
        with suppress(Killed):
            await self.desk.bring_out(target_id, self.transaction)
            return True
        return False


@pytest.mark.parametrize("is_before", [True, False])
async def test_killed_at_every_step_a_clip_is_on_x_once(desk: Desk, x: X, is_before: bool) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    media_id = await desk.file()
    kills = 0
    for number in range(1, 100):
        publication = await desk.publish(account, media_id=media_id, text=f"Numéro {number}")
        target_id = publication.targets[0].id
        lived = await Death(desk, number, is_before=is_before).bring_out(target_id)
        await desk.bring_out(target_id)
        assert (await desk.seen(publication)).state == TargetState.published
        assert len(x.posts) == number
        kills += not lived
        if lived:
            break
    assert kills > 12


@pytest.mark.parametrize("at", ["POST /2/tweets", "/tweets", "append", "finalize"])
async def test_killed_while_the_line_breaks_too(desk: Desk, x: X, at: str) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    media_id = await desk.file(size=1000)
    for number in range(1, 14):
        x.troubles = [(answer_lost if number % 2 else dropped)(at)]
        publication = await desk.publish(account, media_id=media_id, text=f"Numéro {number}")
        target_id = publication.targets[0].id
        await Death(desk, number, is_before=True).bring_out(target_id)
        await desk.bring_out(target_id)
        assert (await desk.seen(publication)).state == TargetState.published
        assert len(x.posts) == number
    x.troubles = []


async def test_killed_at_every_step_nothing_is_on_telegram_twice(
    desk: Desk, telegram: Telegram
) -> None:
    account = await desk.connect(NetworkName.telegram, {"token": TOKEN, "chat_id": "@maison_films"})
    states = set()
    for number in range(1, 12):
        text = f"Numéro {number}"
        publication = await desk.publish(account, text=text, url=None)
        target_id = publication.targets[0].id
        await Death(desk, number, is_before=True).bring_out(target_id)
        await desk.bring_out(target_id)
        target = await desk.seen(publication)
        states.add(target.state)
        sent = sum(each.text == text for each in telegram.messages)
        assert sent <= 1
        if target.state == TargetState.published:
            assert sent == 1
    assert states == {TargetState.published, TargetState.unsure}


async def test_two_that_bring_out_one_post_at_once_post_it_once(desk: Desk, x: X) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    for number in range(5):
        publication = await desk.publish(account, text=f"Numéro {number}")
        target_id = publication.targets[0].id
        await asyncio.gather(*(desk.bring_out(target_id) for _ in range(4)))
        assert (await desk.seen(publication)).state == TargetState.published
    assert len(x.posts) == 5


@pytest.mark.parametrize(
    ("trouble", "state"),
    [(answer_lost("POST /2/tweets"), TargetState.unsure), (dropped("/append"), TargetState.failed)],
)
async def test_what_is_given_up_is_not_called_failed_when_it_may_be_out(
    desk: Desk, x: X, trouble: Trouble, state: TargetState
) -> None:
    account = await desk.connect(NetworkName.x, x.credentials())
    publication = await desk.publish(account, media_id=await desk.file(size=1000))
    target_id = publication.targets[0].id
    x.troubles, x.polls = [trouble], 0
    assert await posting.advance(desk.transaction, desk.press, target_id)
    async with desk.transaction() as session:
        await posting.abandon(session, target_id, "Its worker died 10 times while running it.")
    target = await desk.seen(publication)
    assert (target.state, "died 10 times" in str(target.error)) == (state, True)
