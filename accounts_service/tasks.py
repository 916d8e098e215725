"""What accounts_service does by itself: new signing keys in time, and tidying up."""

from datetime import timedelta

from accounts_service.actions import keys
from accounts_service.queries import people
from kit import clock
from kit.jobs import Job, Tasks

tasks = Tasks()
KEPT = timedelta(days=30)


@tasks.every(3600)
async def replace_signing_key(job: Job) -> None:
    await keys.replace_when_due(job.session, job.state.tools)


@tasks.every(24 * 3600)
async def prune(job: Job) -> None:
    await people.prune(job.session, clock.now() - KEPT)
