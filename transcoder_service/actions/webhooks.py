"""Telling what becomes of a video: written down with the change, sent until it is taken."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock, jobs
from kit.contracts.transcoder.signatures import webhook_headers
from kit.contracts.transcoder.wire import WebhookStatus
from transcoder_service.models import Video, WebhookDelivery
from transcoder_service.providers.webhooks import Messenger
from transcoder_service.queries import webhooks as queries
from transcoder_service.rules import states
from transcoder_service.settings import Settings

Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]
TURN_SECONDS = 30.0


async def notify(session: AsyncSession, video: Video, status: WebhookStatus) -> None:
    """Have the library's owner told; it happens only if the caller's transaction commits."""
    delivery = WebhookDelivery(video_id=video.id, status=status)
    session.add(delivery)
    await session.flush()
    await jobs.enqueue(session, "deliver_webhook", {"delivery_id": str(delivery.id)})


@dataclass(frozen=True)
class _Message:
    body: bytes
    attempts: int
    is_last: bool


async def deliver(
    transaction: Transaction, messenger: Messenger, settings: Settings, delivery_id: UUID
) -> float | None:
    """Send one webhook; return after how many seconds to try again, or None when done.

    Those of one video go out in their order. No connection is held while the other side thinks.
    """
    async with transaction() as session:
        delivery = await queries.waiting_delivery(session, delivery_id)
        if delivery is None:
            return None
        if earlier := await queries.earlier_delivery(session, delivery):
            return min(states.wait_seconds(earlier.attempts), TURN_SECONDS)
        if not settings.webhook_url:
            delivery.done_at = clock.now()
            return None
        message = _message(delivery, settings)
    trouble = await messenger.send(
        settings.webhook_url,
        message.body,
        webhook_headers(settings.read_only_key.get_secret_value(), message.body),
    )
    async with transaction() as session:
        await _note(session, delivery_id, trouble, is_last=message.is_last)
    if trouble is None or message.is_last:
        return None
    return states.wait_seconds(message.attempts + 1)


def body(library_id: int, video_id: UUID, status: int) -> bytes:
    """Return the bytes that are signed and sent: Bunny's names, in Bunny's order."""
    return orjson.dumps(
        {"VideoLibraryId": library_id, "VideoGuid": str(video_id), "Status": status}
    )


def _message(delivery: WebhookDelivery, settings: Settings) -> _Message:
    return _Message(
        body=body(settings.library_id, delivery.video_id, delivery.status),
        attempts=delivery.attempts,
        is_last=states.is_given_up(delivery.created_at, clock.now(), settings.webhook_days),
    )


async def _note(
    session: AsyncSession, delivery_id: UUID, trouble: str | None, *, is_last: bool
) -> None:
    delivery = await queries.waiting_delivery(session, delivery_id)
    if delivery is None:
        return
    delivery.attempts += 1
    delivery.last_error = trouble
    delivery.is_delivered = trouble is None
    if delivery.is_delivered or is_last:
        delivery.done_at = clock.now()
