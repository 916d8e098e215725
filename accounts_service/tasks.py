"""What accounts_service does by itself: new signing keys in time, and tidying up."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from accounts_service.actions import forgetting, keys, links, signing_up
from accounts_service.providers.siblings import payments, publisher, siblings, tokens
from accounts_service.queries import acting, factors, identity, people, privacy, studios, usage
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
    await factors.prune(job.session, at, at - KEPT)
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


async def _fail_export(job: Job, _: str) -> None:
    await forgetting.fail_export(job.session, UUID(job.arguments["export_id"]))


# A sibling may be down for some hours: nothing is left out of an export, nothing of a deletion.
@tasks.task(tries=60, timeout_seconds=120, transactional=False, on_failure=_fail_export)
async def build_export(job: Job, export_id: str) -> None:
    others = siblings(job.settings, job.state.clients)
    await forgetting.build_export(job.transaction, job.state.tools, others, UUID(export_id))


@tasks.task(tries=100, timeout_seconds=120, transactional=False)
async def delete_account(job: Job, account_id: str) -> None:
    others = siblings(job.settings, job.state.clients)
    await forgetting.delete_account(job.transaction, others, UUID(account_id))


@tasks.task(tries=100, timeout_seconds=60, transactional=False)
async def hand_over_codes(job: Job, from_id: str, into_id: str) -> None:
    """Let the codes of an account that was merged into another go along."""
    await tokens(job.settings, job.state.clients).hand_over(UUID(from_id), UUID(into_id))


@tasks.task(tries=100, timeout_seconds=60, transactional=False)
async def hand_over_wishes(job: Job, from_id: str, into_id: str) -> None:
    """Let its follows, its choices of notices and what it was told go along too."""
    await publisher(job.settings, job.state.clients).hand_over(UUID(from_id), UUID(into_id))


@tasks.task(tries=100, timeout_seconds=60, transactional=False)
async def hand_over_money(job: Job, from_id: str, into_id: str) -> None:
    """Let its coins, what it bought and what it earned go along too."""
    await payments(job.settings, job.state.clients).hand_over(UUID(from_id), UUID(into_id))


@tasks.every(3600)
async def keep_promises_of_privacy(job: Job) -> None:
    """Begin the deletions that are due, and drop the copies that have expired."""
    await forgetting.start_due_deletions(job.session)
    await privacy.expire_exports(job.session, clock.now())
