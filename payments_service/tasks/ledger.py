"""What keeps the books honest by itself."""

from datetime import timedelta

from kit.jobs import Job, Tasks
from payments_service.actions.ledger import checking

tasks = Tasks()


@tasks.every(30)
async def void_expired_holds(job: Job) -> None:
    await checking.void_expired(job.session)


@tasks.every(60)
async def check_new_postings(job: Job) -> None:
    await checking.check_new(job.session)


@tasks.every(600)
async def check_whole_accounts(job: Job) -> None:
    await checking.check_whole(job.session)


@tasks.every(900, transactional=False)
async def reconcile_providers(job: Job) -> None:
    grace = timedelta(minutes=job.settings.reconcile_grace_minutes)
    await checking.reconcile(job.database, job.state.tools.providers, grace)
