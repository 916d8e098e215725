"""What brings payments to their end by itself."""

from uuid import UUID

from kit.contracts.payments.orders import WebhookState
from kit.jobs import Job, Tasks
from payments_service.actions.orders import checking, fulfilling, hooks, making, minding

tasks = Tasks()


async def _unhandled(job: Job, reason: str) -> None:
    webhook_id = UUID(job.arguments["webhook_id"])
    await hooks.end(job.session, webhook_id, WebhookState.failed, reason)


@tasks.task(
    tries=30, timeout_seconds=60, concurrency=20, transactional=False, on_failure=_unhandled
)
async def handle_webhook(job: Job, webhook_id: str) -> None:
    await hooks.handle(job.state.tools, UUID(webhook_id))


@tasks.task(tries=1, timeout_seconds=60, concurrency=20, transactional=False)
async def check_attempt(job: Job, attempt_id: str) -> None:
    try:
        await checking.look(job.state.tools, UUID(attempt_id))
    except checking.UNKNOWN:
        return  # it is written with the attempt, and when to ask again


@tasks.task(tries=100, timeout_seconds=60, concurrency=10)
async def fulfil_order(job: Job, order_id: str) -> None:
    await fulfilling.fulfil(job.session, job.state.tools, UUID(order_id))


@tasks.task(tries=5, timeout_seconds=30, concurrency=5)
async def expire_order(job: Job, order_id: str) -> None:
    await making.expire(job.session, job.state.tools, UUID(order_id))


@tasks.every(5)
async def mind_payments(job: Job) -> None:
    await minding.mind(job.session)


@tasks.every(60)
async def find_forgotten(job: Job) -> None:
    await minding.find_forgotten(job.session)
