"""Webhooks: written down with the change, sent in order, until they are taken."""

from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, update

from kit import clock
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.contracts.transcoder.wire import WebhookStatus
from tests.transcoder_service.world import Inbox, until
from transcoder_service.actions import housekeeping, webhooks
from transcoder_service.models import Video, WebhookDelivery
from transcoder_service.providers.webhooks import Messenger
from transcoder_service.settings import Settings


async def tell(app: FastAPI, guid: str, *statuses: WebhookStatus) -> list[UUID]:
    async with app.state.database.sessions.begin() as session:
        video = await session.get(Video, UUID(guid))
        for status in statuses:
            await webhooks.notify(session, video, status)
    async with app.state.database.sessions() as session:
        return list(await session.scalars(select(WebhookDelivery.id).order_by(WebhookDelivery.id)))


async def row(app: FastAPI, delivery_id: UUID) -> WebhookDelivery:
    async with app.state.database.sessions() as session:
        found = await session.get(WebhookDelivery, delivery_id)
        assert isinstance(found, WebhookDelivery)
        return found


def test_the_body_is_bunnys_to_the_letter():
    guid = UUID("657bb740-a71b-4529-a012-528021c31a92")
    assert webhooks.body(133, guid, WebhookStatus.finished) == (
        b'{"VideoLibraryId":133,"VideoGuid":"657bb740-a71b-4529-a012-528021c31a92","Status":3}'
    )


async def test_a_webhook_is_sent_with_the_change_or_not_at_all(
    app: FastAPI, guid: str, inbox: Inbox
):
    async with app.state.database.sessions() as session:
        video = await session.get(Video, UUID(guid))
        await webhooks.notify(session, video, WebhookStatus.failed)
        await session.flush()  # and then the change fails
    await tell(app, guid, WebhookStatus.queued)
    await until(lambda: inbox.statuses(guid) == [0])


async def test_a_refused_webhook_is_sent_again_and_the_later_ones_wait(
    app: FastAPI, guid: str, inbox: Inbox
):
    inbox.answers = [503]
    deliveries = await tell(app, guid, WebhookStatus.queued, WebhookStatus.finished)
    await until(lambda: inbox.statuses(guid) == [0, 3], 60)
    assert inbox.refused == 1
    first = await row(app, deliveries[0])
    assert (first.attempts, first.is_delivered) == (2, True)


async def deliver(app: FastAPI, messenger: Messenger, delivery_id: UUID) -> float | None:
    settings: Settings = app.state.settings
    begin = app.state.database.sessions.begin
    return await webhooks.deliver(begin, messenger, settings, delivery_id)


@pytest.fixture
def deaf() -> Messenger:
    """Stand for a receiver whose line is dead."""

    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody is there")

    return Messenger(httpx.AsyncClient(transport=httpx.MockTransport(refuse)))


@pytest.fixture
async def waiting(app: FastAPI, guid: str) -> UUID:
    """Write down a delivery without the job that makes it."""
    async with app.state.database.sessions.begin() as session:
        made = WebhookDelivery(video_id=UUID(guid), status=3)
        session.add(made)
    return made.id


async def test_each_try_waits_longer(app: FastAPI, waiting: UUID, deaf: Messenger):
    assert [await deliver(app, deaf, waiting) for _ in range(3)] == [2, 4, 8]
    found = await row(app, waiting)
    assert found.attempts == 3
    assert found.last_error == "ConnectError: nobody is there"
    assert found.done_at is None


async def test_after_some_days_it_is_given_up_and_no_longer_in_the_way(
    app: FastAPI, guid: str, waiting: UUID, deaf: Messenger, inbox: Inbox
):
    async with app.state.database.sessions.begin() as session:
        long_ago = clock.now() - timedelta(days=8)
        await session.execute(update(WebhookDelivery).values(created_at=long_ago))
    assert await deliver(app, deaf, waiting) is None
    found = await row(app, waiting)
    assert found.done_at
    assert not found.is_delivered
    await tell(app, guid, WebhookStatus.finished)
    await until(lambda: inbox.statuses(guid) == [3])


async def test_a_webhook_that_was_taken_is_not_sent_twice(
    app: FastAPI, waiting: UUID, inbox: Inbox
):
    messenger = Messenger(httpx.AsyncClient(transport=httpx.MockTransport(inbox.take)))
    assert await deliver(app, messenger, waiting) is None
    assert await deliver(app, messenger, waiting) is None
    assert len(inbox.taken) == 1


async def test_without_an_address_nothing_is_sent(app: FastAPI, waiting: UUID, deaf: Messenger):
    settings = app.state.settings.model_copy(update={"webhook_url": ""})
    begin = app.state.database.sessions.begin
    assert await webhooks.deliver(begin, deaf, settings, waiting) is None
    assert (await row(app, waiting)).done_at


async def test_a_webhook_outlives_its_video(
    app: FastAPI, library: VideoLibraryClient, guid: str, waiting: UUID, inbox: Inbox
):
    await library.delete_video(guid)
    messenger = Messenger(httpx.AsyncClient(transport=httpx.MockTransport(inbox.take)))
    assert await deliver(app, messenger, waiting) is None
    assert inbox.statuses(guid) == [3]


async def test_a_redirect_is_not_followed():
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.host == "catalog"
        return httpx.Response(302, headers={"Location": "http://elsewhere/"})

    messenger = Messenger(httpx.AsyncClient(transport=httpx.MockTransport(answer)))
    assert await messenger.send("http://catalog/", b"{}", {}) == "answered 302"


async def test_old_deliveries_are_forgotten(app: FastAPI, waiting: UUID):
    async with app.state.database.sessions.begin() as session:
        await session.execute(
            update(WebhookDelivery).values(done_at=clock.now() - timedelta(days=31))
        )
    await housekeeping.clean(app.state.tools.desk(app.state.database))
    async with app.state.database.sessions() as session:
        assert (await session.scalars(select(WebhookDelivery))).all() == []
