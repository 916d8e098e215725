"""What coins and films need by themselves: expiry, and tokens that follow grants."""

from uuid import UUID

from kit.clock import now
from kit.jobs import Job, Tasks, enqueue
from payments_service.actions.bundles import growing
from payments_service.actions.coins import expiring, lots
from payments_service.actions.films import access
from payments_service.actions.tools import Tools
from payments_service.queries import shop

tasks = Tasks()
MOST = 500


@tasks.task(tries=100, timeout_seconds=60, concurrency=5, transactional=False)
async def follow_grant(job: Job, grant_id: str, *, is_sure: bool = True) -> None:
    """Make tokens_service say what a grant says."""
    await access.follow(_tools(job), UUID(grant_id), is_sure=is_sure)


@tasks.every(3600)
async def expire_coins(job: Job) -> None:
    """Take out granted coins whose time is over, as long as there are some."""
    while await lots.expire(job.session, MOST) == MOST:
        pass


@tasks.every(3600)
async def warn_of_expiry(job: Job) -> None:
    """Tell those whose granted coins expire soon."""
    while await expiring.warn(job.session, _tools(job), MOST) == MOST:
        pass


@tasks.every(3600)
async def check_coins(job: Job) -> None:
    """Compare the lots with the ledger; what differs is a finding."""
    await lots.check(job.session)


@tasks.every(300)
async def end_rentals(job: Job) -> None:
    """End rentals that are over, and have every grant followed that nobody followed."""
    at = now()
    await shop.end_over(job.session, at)
    for grant_id in await shop.untold(job.session, at, MOST):
        asked = {"grant_id": str(grant_id)}
        await enqueue(job.session, "follow_grant", asked, key=str(grant_id))


@tasks.every(900, transactional=False)
async def grow_season_passes(job: Job) -> None:
    """Open new episodes for who has the season."""
    await growing.grow(_tools(job))


def _tools(job: Job) -> Tools:
    found: Tools = job.state.tools
    return found
