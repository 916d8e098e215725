"""What publisher_service does by itself: plan notices, send what is planned."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.notices import ChannelName
from kit.jobs import Again, Job, Later, Task, Tasks
from publisher_service.actions import outbox, planning
from publisher_service.actions.planning import task_of
from publisher_service.actions.social import posting
from publisher_service.queries import notices

tasks = Tasks()
# How many at once, by channel; what a channel may send in a second is its own affair.
AT_ONCE = {ChannelName.email: 32, ChannelName.web_push: 16}
CHANNELS = [name for name in ChannelName if name is not ChannelName.in_app]


@tasks.task(tries=100, timeout_seconds=30, concurrency=10, transactional=False)
async def plan_notice(job: Job, notice_id: str) -> None:
    async with job.transaction() as session:
        accounts = await notices.accounts_of(session, [UUID(notice_id)])
    known = await planning.contacts(job.client(AccountsClient), accounts)
    async with job.transaction() as session:
        await planning.plan_one(session, UUID(notice_id), known)


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


async def _abandoned(job: Job, reason: str) -> None:
    await posting.abandon(job.session, UUID(job.arguments["target_id"]), reason)


@tasks.task(
    tries=20, timeout_seconds=3600, concurrency=6, transactional=False, on_failure=_abandoned
)
async def advance_target(job: Job, target_id: str) -> None:
    seconds = await posting.advance(job.transaction, job.state.press, UUID(target_id))
    if seconds is not None:
        raise Later(seconds)
