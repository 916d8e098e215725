"""What the clock and the queue do for subscriptions and vouchers."""

from uuid import UUID

from kit.jobs import Job, Tasks
from payments_service.actions.subscriptions import charging, following, moving, renewing
from payments_service.actions.tools import Tools
from payments_service.actions.vouchers import expiring

tasks = Tasks()
MINUTE, HOUR = 60, 3600


@tasks.every(MINUTE)
async def look_at_subscriptions(job: Job) -> None:
    await moving.look(job.session)


@tasks.task(tries=20)
async def move_subscription(job: Job, subscription_id: str) -> None:
    await moving.move(job.session, _tools(job), UUID(subscription_id))


@tasks.task(tries=50)
async def follow_subscription(job: Job, subscription_id: str) -> None:
    await following.follow_later(job.session, _tools(job), UUID(subscription_id))


@tasks.task(tries=5, transactional=False)
async def charge_again(job: Job, subscription_id: str, order_id: str, number: int) -> None:
    asked = charging.Charge(UUID(subscription_id), UUID(order_id), number)
    await charging.charge_again(_tools(job), asked)


@tasks.task(tries=20)
async def drop_renewal_order(job: Job, order_id: str) -> None:
    await renewing.drop(job.session, _tools(job), UUID(order_id))


@tasks.every(HOUR)
async def expire_vouchers(job: Job) -> None:
    await expiring.expire(job.session)


def _tools(job: Job) -> Tools:
    found: Tools = job.state.tools
    return found
