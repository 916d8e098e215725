"""What publisher_service does by itself: plan notices, send what is planned."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.notices import ChannelName
from kit.jobs import Again, Job, Later, Task, Tasks
from publisher_service.actions import digests, following, outbox, planning
from publisher_service.actions.planning import task_of
from publisher_service.actions.social import media, posting, renewals
from publisher_service.queries import mails, notices, places

tasks = Tasks()
# How many at once, by channel; what a channel may send in a second is its own affair.
AT_ONCE = {ChannelName.email: 64, ChannelName.web_push: 16}
LINKS_LIVE = timedelta(days=14)  # one-time links are spent long before
CHANNELS = [name for name in ChannelName if name is not ChannelName.in_app]


@tasks.task(tries=100, timeout_seconds=30, concurrency=10, transactional=False)
async def plan_notice(job: Job, notice_id: str) -> None:
    async with job.transaction() as session:
        accounts = await notices.accounts_of(session, [UUID(notice_id)])
    known = await planning.contacts(job.client(AccountsClient), accounts)
    async with job.transaction() as session:
        await planning.plan_one(session, UUID(notice_id), known, job.state.tools)


async def send(job: Job, delivery_id: str) -> dict[str, Any] | Again | None:
    return await outbox.send(job, UUID(delivery_id))


async def record(session: AsyncSession, ended: Sequence[tuple[Job, dict[str, Any] | None]]) -> None:
    await outbox.record(session, ended)


async def give_up(job: Job, reason: str) -> None:
    await outbox.give_up(job.session, UUID(job.arguments["delivery_id"]), reason)


for _channel in CHANNELS:
    tasks.add(
        Task(
            task_of(_channel),
            send,
            tries=10,
            timeout_seconds=90,
            concurrency=AT_ONCE.get(_channel, 8),
            transactional=False,
            on_failure=give_up,
            commit=record,
        )
    )


@tasks.task(tries=100, timeout_seconds=600, concurrency=4, transactional=False)
async def tell_followers(job: Job, announcement_id: str) -> None:
    await following.tell_followers(job, UUID(announcement_id))


@tasks.every(300)
async def send_digests(job: Job) -> None:
    await digests.gather(job.session, job.state.tools)


@tasks.every(3600)
async def forget_old(job: Job) -> None:
    now = clock.now()
    await places.forget_expired(job.session, now)
    await notices.forget_sealed_before(job.session, now - LINKS_LIVE)
    await notices.forget_before(job.session, now - timedelta(days=job.settings.kept_days))
    await mails.forget_before(job.session, now - timedelta(days=job.settings.kept_days))


async def _abandoned(job: Job, reason: str) -> None:
    await posting.abandon(job.session, UUID(job.arguments["target_id"]), reason)


@tasks.task(
    tries=20, timeout_seconds=3600, concurrency=6, transactional=False, on_failure=_abandoned
)
async def advance_target(job: Job, target_id: str) -> None:
    seconds = await posting.advance(job.transaction, job.state.press, UUID(target_id))
    if seconds is not None:
        raise Later(seconds)


@tasks.every(3600, transactional=False)
async def renew_credentials(job: Job) -> None:
    await renewals.renew_due(job.transaction, job.state.press)


async def _uncut(job: Job, reason: str) -> None:
    found = await media.see(job.session, UUID(job.arguments["media_id"]))
    media.abandon(found, f"The clip could not be cut: {reason}")


@tasks.task(tries=5, timeout_seconds=1800, concurrency=1, transactional=False, on_failure=_uncut)
async def cut_clip(job: Job, media_id: str) -> None:
    await media.cut(job.transaction, job.state.press, UUID(media_id))
