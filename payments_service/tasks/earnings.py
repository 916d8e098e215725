"""What happens by itself to papers, refunds, earnings and payouts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from kit.clock import now
from kit.jobs import Job, Tasks, enqueue, enqueue_many
from payments_service.actions.earnings import accruing, stating
from payments_service.actions.giving import sending
from payments_service.actions.papers import writing
from payments_service.actions.payouts import asking as payouts
from payments_service.actions.refunds import asking, deciding, disputes, reviewing
from payments_service.queries import giving, papers

tasks = Tasks()
HOURLY_LOOKS_BACK = timedelta(days=3)


@tasks.task(tries=20, timeout_seconds=30)
async def write_invoice(job: Job, order_id: str) -> None:
    await writing.write_invoice(job.session, job.state.tools, UUID(order_id))


@tasks.every(60)
async def find_unpapered(job: Job) -> None:
    """Ask for the invoices that were not written, however long ago they were due."""
    keys = [str(order_id) for order_id in await papers.unpapered(job.session, 500)]
    wanted = [{"order_id": key} for key in keys]
    await enqueue_many(job.session, "write_invoice", wanted, keys=keys)
    await writing.check(job.session)


@tasks.task(tries=20, timeout_seconds=30)
async def refund_unmatched(job: Job, attempt_id: str) -> None:
    await asking.refund_unmatched(job.session, UUID(attempt_id))


@tasks.task(tries=20, timeout_seconds=30)
async def follow_reversal(job: Job, attempt_id: str, **told: Any) -> None:  # noqa: ANN401
    said = disputes.Reversal.model_validate(told)
    await disputes.follow_reversal(job.session, job.state.tools, UUID(attempt_id), said)


@tasks.every(3600, transactional=False)
async def mind_disputes(job: Job) -> None:
    """Ask how disputes stand; a webhook that was missed changes only how soon we know."""
    await reviewing.review(job.state.tools)


@tasks.every(86_400, transactional=False)
async def mind_decided_disputes(job: Job) -> None:
    await reviewing.review_decided(job.state.tools)


@tasks.task(tries=100, timeout_seconds=60)
async def give_again(job: Job, order_id: str) -> None:
    """Give what was taken back for a dispute that is won after all."""
    await deciding.give_again(job.session, job.state.tools, UUID(order_id))


@tasks.task(tries=5, timeout_seconds=60, concurrency=10, transactional=False)
async def send_giving(job: Job, attempt_id: str) -> None:
    """Send money, or ask what became of it; when to ask again is written with the attempt."""
    await sending.go_on(job.state.tools, UUID(attempt_id))


@tasks.every(10)
async def mind_givings(job: Job) -> None:
    due = [str(attempt_id) for attempt_id in await giving.due(job.session, now())]
    await enqueue_many(job.session, "send_giving", [{"attempt_id": one} for one in due], keys=due)


@tasks.every(3600, transactional=False)
async def accrue(job: Job) -> None:
    await accruing.accrue(job.state.tools, HOURLY_LOOKS_BACK)


@tasks.every(86_400)
async def accrue_old(job: Job) -> None:
    await enqueue(job.session, "accrue_all", key="all")


@tasks.task(tries=5, timeout_seconds=900, concurrency=1, transactional=False)
async def accrue_all(job: Job) -> None:
    """Earn from what is older: somebody was named a maker late."""
    await accruing.accrue(job.state.tools)


@tasks.every(3600)
async def state_months(job: Job) -> None:
    await stating.state_months(job.session, job.state.tools)


@tasks.every(86_400, timeout_seconds=1800)
async def check_earnings(job: Job) -> None:
    """Reckon everything again that anybody earned; what comes out otherwise is a finding."""
    await stating.check(job.session)


@tasks.every(3600)
async def release_payouts(job: Job) -> None:
    await payouts.release(job.session)
