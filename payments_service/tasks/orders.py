"""What brings payments to their end by itself."""

from datetime import timedelta
from uuid import UUID

from kit.clock import now
from kit.contracts.payments.orders import WebhookState
from kit.jobs import Job, Tasks, enqueue_many
from payments_service.actions.orders import checking, fulfilling, hooks, making
from payments_service.queries import inbox, orders

tasks = Tasks()
LOST = timedelta(minutes=2)  # work that is still undone then has lost its job


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
    """Have every provider asked that is due, and whatever was forgotten done: the janitor."""
    session, at = job.session, now()
    attempts = [str(one) for one in await orders.due(session, at)]
    if attempts:
        asked = [{"attempt_id": one} for one in attempts]
        await enqueue_many(session, "check_attempt", asked, keys=attempts)
    over = [str(one) for one in await orders.stale(session, at)]
    if over:
        await enqueue_many(session, "expire_order", [{"order_id": one} for one in over], keys=over)


@tasks.every(60)
async def find_forgotten(job: Job) -> None:
    """Ask again for work whose job is gone: it was discarded, or its database restored."""
    session, before = job.session, now() - LOST
    ungiven = [str(one) for one in await orders.ungiven(session, before)]
    if ungiven:
        asked = [{"order_id": one} for one in ungiven]
        await enqueue_many(session, "fulfil_order", asked, keys=ungiven)
    await inbox.ask(await inbox.waiting_since(session, before), session)
