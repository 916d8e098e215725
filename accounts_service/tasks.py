"""What accounts_service does by itself: new signing keys in time, and tidying up."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts_service.actions import keys, links, signing_up
from accounts_service.queries import acting, identity, people, studios, usage
from kit import clock
from kit.contracts.accounts.identity import LinkKind, LinkNew
from kit.jobs import Job, Tasks

tasks = Tasks()
KEPT = timedelta(days=30)
ACTING_KEPT = timedelta(days=180)  # the audit log keeps that it was
CALLS_KEPT = timedelta(days=400)
DEVICES_KEPT = timedelta(days=400)


@tasks.every(3600)
async def replace_signing_key(job: Job) -> None:
    await keys.replace_when_due(job.session, job.state.tools)


@tasks.every(24 * 3600)
async def prune(job: Job) -> None:
    at = clock.now()
    await people.prune(job.session, at - KEPT)
    await identity.prune(job.session, at - KEPT, at - DEVICES_KEPT)
    await signing_up.forget_unverified(job.session, job.settings.unverified_days)


@tasks.every(24 * 3600)
async def tidy_studios(job: Job) -> None:
    """Forget invitations and acting that are long over, and fold what clients called by day."""
    at = clock.now()
    await studios.prune_invitations(job.session, at - KEPT)
    await acting.prune_acting(job.session, at - ACTING_KEPT)
    today = at.date()
    await usage.fold_calls(job.session, today - timedelta(days=1), today - CALLS_KEPT)


@tasks.task(tries=10)
async def mail_asked_link(job: Job, wish: dict[str, Any]) -> None:
    await links.mail_asked(job.session, job.state.tools, LinkNew.model_validate(wish))


@tasks.task(tries=10)
async def mail_proof_link(job: Job, account_id: str, kind: str, email: str) -> None:
    wish = UUID(account_id), LinkKind(kind), email
    await links.mail_proof(job.session, job.state.tools, *wish)
