"""The outbox: one delivery is handed to its channel, and what came of it is written down.

Many tries end in one transaction together with their jobs. A worker that dies between the channel's
yes and that commit leaves a job that is run again: a channel that folds is given the same key a
second time, and its receiver shows one; for any other the delivery was marked `sending` before,
and becomes `unsure`.
"""

import asyncio
import logging
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.errors import TooMany
from kit.jobs import Again, Job
from kit.limits import Limiter
from publisher_service.actions import wording
from publisher_service.actions.tools import Tools
from publisher_service.models.notices import Delivery
from publisher_service.providers.channel import (
    Channel,
    Later,
    Lost,
    Message,
    Refused,
    Rejected,
    Sent,
)
from publisher_service.queries import deliveries, people
from publisher_service.rules.kinds import CODE
from publisher_service.rules.trying import OPEN, after, wait

LONGEST_PAUSE = 5.0  # a pause longer than this is not worth a place among those that send
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ended:
    """How one try ended."""

    delivery: Delivery
    outcome: str
    detail: str = ""
    provider_id: str | None = None
    duration_ms: int = 0
    seconds: float = 0.0


async def send(job: Job, delivery_id: UUID) -> dict[str, Any] | Again | None:
    """Hand one delivery to its channel; return what to write down, or when to be called again."""
    tools: Tools = job.state.tools
    delivery = await job.state.gathered.to_send(delivery_id)
    if delivery is None or delivery.state not in OPEN:
        return None
    channel = tools.channels.get(ChannelName(delivery.channel))
    if channel is None:
        return _result(Ended(delivery, "rejected", "This channel is not set up."), tools)
    message = await _message(job, delivery)
    if message is None:
        return _result(Ended(delivery, "rejected", "This place is theirs no more."), tools)
    if not channel.folds and not await _begun(job, delivery):
        return _result(Ended(delivery, "lost", "The service stopped while it was sent."), tools)
    pause = await _pace(job.state.limiter, channel, delivery.address)
    if pause:
        return await _step_back(job, channel, delivery, pause)
    return _result(await _try(channel, message, delivery), tools)


async def record(session: AsyncSession, ended: Sequence[tuple[Job, dict[str, Any] | None]]) -> None:
    await deliveries.write(session, [row for _, row in ended if row is not None])


async def give_up(session: AsyncSession, delivery_id: UUID, reason: str) -> None:
    """Write down that something unforeseen ended it."""
    found = (await deliveries.to_send(session, [delivery_id])).get(delivery_id)
    if found is not None and found.state in OPEN:
        row = _row(Ended(found, "rejected", reason), DeliveryState.failed, clock.now(), None)
        await deliveries.write(session, [row])


async def _message(job: Job, delivery: Delivery) -> Message | None:
    """Return what the channel is to carry; None when the place was taken away meanwhile."""
    tools: Tools = job.state.tools
    async with job.database.reads() as session:
        details = await _details(session, delivery)
        changed = await tools.templates(session)
    return None if details is None else wording.message(tools, changed, delivery, details)


async def _begun(job: Job, delivery: Delivery) -> bool:
    """Mark it before it is handed over; False when it was handed over before and nobody knows."""
    async with job.transaction() as session:
        return await deliveries.begin(session, delivery.id, clock.now())


async def _step_back(job: Job, channel: Channel, delivery: Delivery, pause: float) -> Again:
    """Give the place to another; what was marked as being sent is not any more."""
    if not channel.folds:
        async with job.transaction() as session:
            await deliveries.unbegin(session, delivery.id, clock.now())
    return Again(pause * (1 + random.random()))  # noqa: S311  (only spreads load)


async def _details(session: AsyncSession, delivery: Delivery) -> Mapping[str, str] | None:
    """Return what else the channel needs; None when the place was taken away meanwhile."""
    if delivery.channel == ChannelName.email or delivery.kind == CODE:
        return {}
    channel, account_id = ChannelName(delivery.channel), delivery.account_id
    return await people.details(session, channel, delivery.address, account_id)


async def _pace(limiter: Limiter, channel: Channel, address: str) -> float:
    """Wait for this message's turn; return the seconds that are too long to wait here, or 0."""
    rules: list[tuple[str, tuple[str, ...]]] = [(rule, ()) for rule in channel.rates]
    rules += [(rule, (address,)) for rule in channel.address_rates]
    until = time.monotonic() + LONGEST_PAUSE
    for rule, keys in rules:
        while True:
            try:
                await limiter.hit(rule, "channel", channel.name, *keys)
                break
            except TooMany as busy:
                pause = float(busy.extra["retry_after"])
                if time.monotonic() + pause > until:
                    return pause
                await asyncio.sleep(pause)
    return 0.0


async def _try(channel: Channel, message: Message, delivery: Delivery) -> Ended:
    started = time.perf_counter()

    def ended(outcome: str, detail: str = "", **more: Any) -> Ended:  # noqa: ANN401  (Ended's)
        spent = round((time.perf_counter() - started) * 1000)
        return Ended(delivery, outcome, detail, duration_ms=spent, **more)

    try:
        sent: Sent = await channel.send(message)
    except Refused as error:
        return ended("refused", str(error))
    except Rejected as error:
        return ended("rejected", str(error))
    except Later as error:
        return ended("later", str(error), seconds=error.seconds)
    except Lost as error:
        return ended("failed" if channel.folds else "lost", str(error))
    except Exception as error:  # the edge: whatever a provider raises is one failed try
        logger.warning("a delivery failed", exc_info=error, extra={"channel": channel.name})
        return ended("failed", f"{type(error).__name__}: {error}")
    return ended("sent", provider_id=sent.provider_id or None)


def _result(ended: Ended, tools: Tools) -> dict[str, Any] | Again:
    """Return the row to write; wrapped in Again when there is another try."""
    failures = ended.delivery.attempt_count + 1
    state, at = after(ended.outcome, failures, tools.settings.tries), clock.now()
    if state is not DeliveryState.queued:
        return _row(ended, state, at, None)
    seconds = ended.seconds or wait(failures, random.random())  # noqa: S311  (only spreads load)
    return Again(seconds, _row(ended, state, at, at + timedelta(seconds=seconds)))


def _row(ended: Ended, state: DeliveryState, at: datetime, due: datetime | None) -> dict[str, Any]:
    detail = ended.detail[:500].replace("\0", "")
    return {
        "delivery_id": ended.delivery.id,
        "channel": ended.delivery.channel,
        "address": ended.delivery.address,
        "state": state,
        "outcome": ended.outcome,
        "detail": detail,
        "error": detail if ended.outcome != "sent" else None,
        "provider_id": ended.provider_id,
        "at": at,
        "due": due,
        "duration_ms": ended.duration_ms,
    }
