"""A publisher killed at every step: nothing is lost, and nothing is shown twice."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest

from kit import clock
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.db import new_id, open_database
from kit.jobs import enqueue
from publisher_service.actions import places
from publisher_service.actions.telling import take
from publisher_service.queries import deliveries, notices
from publisher_service.rules import push
from tests.cast import ALICE
from tests.factories.publisher import a_bare_letter, a_piece_of_news
from tests.fakes.mail_server import MailServer, a_mail_server
from tests.fakes.push_service import VAPID, PushService
from tests.faults import notices_worker
from tests.faults.notices_worker import STEPS
from tests.kit.queueing import Queue, until

SENDING = STEPS[2:]
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([notices_worker.__name__])
SHOWN_ALREADY = {"sent", "writing", "written"}


@pytest.fixture
async def queue(database_url) -> AsyncIterator[Queue]:
    url = database_url("publisher_service")
    found = Queue(url, open_database(url, 2))
    yield found
    await found.database.close()


@pytest.fixture
async def mail_server() -> AsyncIterator[MailServer]:
    async with a_mail_server() as found:
        yield found


@pytest.mark.parametrize("step", STEPS)
async def test_a_mail_is_in_the_mailbox_once_wherever_the_worker_died(
    queue, mail_server, step, tmp_path
):
    async with queue.database.sessions.begin() as session:
        await take(session, a_bare_letter())
    await dies_and_is_followed(queue, mail_server, step, tmp_path / "told")
    (found,) = await queue.rows("SELECT state FROM delivery")
    assert found["state"] == "sent"
    assert len(mail_server.mailbox) == 1
    assert len(mail_server.taken) == (2 if step in SHOWN_ALREADY else 1)


@pytest.mark.parametrize("step", SENDING)
async def test_what_a_channel_would_show_twice_is_given_to_it_once(
    queue, mail_server, step, tmp_path
):
    await a_delivery(queue, ChannelName.telegram, "4711")
    await dies_and_is_followed(queue, mail_server, step, tmp_path / "told")
    told = (tmp_path / "told").read_text().split() if (tmp_path / "told").exists() else []
    (found,) = await queue.rows("SELECT state FROM delivery")
    if step == "loading":
        assert (found["state"], len(told)) == ("sent", 1)
    else:  # it was about to be handed over: nobody knows, so somebody decides
        assert found["state"] == "unsure"
        assert len(told) == (1 if step in SHOWN_ALREADY else 0)


@pytest.mark.parametrize("step", ["sent", "written"])
async def test_a_push_is_seen_once_although_it_was_sent_twice(queue, mail_server, step, tmp_path):
    async with PushService(push.public_key(push.vapid_key(VAPID))) as push_service:
        phone = push_service.subscribe()
        keys = phone.subscription.keys.model_dump()
        await a_delivery(queue, ChannelName.web_push, phone.endpoint, keys)
        await dies_and_is_followed(queue, mail_server, step, tmp_path / "told")
    (found,) = await queue.rows("SELECT state FROM delivery")
    assert found["state"] == "sent"
    assert (len(phone.taken), len(phone.shown)) == (2, 1)
    assert len({one.topic for one in phone.taken}) == 1


async def dies_and_is_followed(queue: Queue, server: MailServer, step: str, told: Path) -> None:
    """Run a worker that dies at `step`, then one that does not, until nothing is left to do."""
    doomed = a_publisher(queue.url, server.port, step, told)
    await until(lambda: not doomed.is_alive(), seconds=30)
    assert not await queue.is_empty()
    # Two heartbeats of silence, without waiting for them.
    await queue.run("UPDATE pgqueuer SET heartbeat = heartbeat - interval '1 minute'")
    survivor = a_publisher(queue.url, server.port, "none", told)
    await until(lambda: is_done(queue), seconds=30)
    survivor.kill()
    await asyncio.to_thread(survivor.join)


def a_publisher(url: str, port: int, step: str, told: Path) -> ForkServerProcess:
    """Start one; it is forked from a process that has everything imported."""
    process = FORKS.Process(target=notices_worker.main, args=(url, port, step, told))
    process.start()
    return process


async def is_done(queue: Queue) -> bool:
    """Say whether every delivery has ended and the queue holds schedules only."""
    # In one look: what is planned between two would not be seen by either.
    states = {row["state"] for row in await queue.rows("SELECT state FROM delivery")}
    return bool(states) and not states & {"queued", "waiting", "sending"}


async def a_delivery(
    queue: Queue, channel: ChannelName, address: str, details: dict[str, str] | None = None
) -> None:
    """Put a delivery by that channel into the outbox, to where Alice is reached."""
    at, news = clock.now(), a_piece_of_news(ALICE)
    row = {
        "id": new_id(), "notice_id": news.id, "kind": news.kind, "account_id": ALICE,
        "channel": channel, "address": address, "locale": "fr",
        "state": DeliveryState.queued, "created_at": at, "updated_at": at,
    }  # fmt: skip
    async with queue.database.sessions.begin() as session:
        await notices.add(session, [{**news.model_dump(), "received_at": at, "is_in_app": True}])
        await deliveries.add(session, [row])
        await places.connect(session, ALICE, channel, address, "", details)
        await enqueue(session, f"send_{channel}", {"delivery_id": str(row["id"])})
