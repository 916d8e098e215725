"""What background jobs do for the rights of a person: gather everything, delete everything."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.tools import Tools
from accounts_service.models.people import Account
from accounts_service.providers import siblings
from accounts_service.queries import people, profiles
from accounts_service.queries import privacy as queries
from accounts_service.rules import privacy as rules
from kit import clock
from kit.auth import Caller, seal
from kit.client import ServiceClient
from kit.contracts.accounts import AccountNotFound
from kit.contracts.accounts.profiles import AVATAR_WIDTHS
from kit.errors import Forbidden, Unauthenticated
from kit.events import NOTICE, notify
from kit.jobs import enqueue
from kit.schema import PersonalData

OURSELVES = Caller("service", id="accounts_service", name="accounts_service")
Transaction = Callable[[], AbstractAsyncContextManager[AsyncSession]]


async def personal_data(session: AsyncSession, caller: Caller, account_id: UUID) -> PersonalData:
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "service":
        raise Forbidden("Only services of the suite may ask about an account.")
    parts = await queries.everything(session, account_id)
    return PersonalData(service="accounts_service", parts=parts)


async def build_export(
    transaction: Transaction, tools: Tools, others: Sequence[ServiceClient], export_id: UUID
) -> None:
    """Gather what every service knows; no transaction is open while they are asked."""
    async with transaction() as session:
        wanted = await queries.export(session, export_id)
        if wanted is None or wanted.state != "queued":
            return
        own = await personal_data(session, OURSELVES, wanted.account_id)
        avatar = await _avatar(session, wanted.account_id)
    said = {"accounts_service": own.model_dump(mode="json")}
    for client in others:
        said[client.SERVICE] = await siblings.personal_data(client, wanted.account_id)
    content = rules.archive(said, avatar)
    async with transaction() as session:
        await _finish(session, tools, export_id, content)


async def fail_export(session: AsyncSession, export_id: UUID) -> None:
    found = await queries.export(session, export_id)
    if found is not None:
        found.state = "failed"


async def start_due_deletions(session: AsyncSession) -> None:
    """Begin what nobody took back; from then on it cannot be taken back any more."""
    at = clock.now()
    for account_id in await queries.due_deletions(session, at):
        planned = await queries.deletion(session, account_id, lock=True)
        if planned is not None:
            planned.started_at = planned.started_at or at
            arguments = {"account_id": str(account_id)}
            await enqueue(session, "delete_account", arguments, key=str(account_id))


async def delete_account(
    transaction: Transaction, others: Sequence[ServiceClient], account_id: UUID
) -> None:
    """Have every service forget the person, then forget them here; each step may be done twice."""
    async with transaction() as session:
        if await queries.deletion(session, account_id) is None:
            return
        await people.lock_owners(session)
        account = await people.account_for_update(session, account_id)
        rules.check_deletion(account, await people.active_owners_but(session, account_id))
        await people.end_sessions(session, account_id, clock.now(), "deleted")
    for client in others:
        await siblings.forget(client, account_id)
    async with transaction() as session:
        await _delete(session, account_id)


async def _delete(session: AsyncSession, account_id: UUID) -> None:
    try:
        account = await people.account_for_update(session, account_id)
    except AccountNotFound:
        return
    values = {"name": account.name}
    await notify(session, "account.deleted", account.email, values, locale=account.locale)
    await log.note(session, OURSELVES, "account.deleted", str(account_id))
    await queries.delete_account(session, account_id)


async def _finish(session: AsyncSession, tools: Tools, export_id: UUID, content: bytes) -> None:
    found = await queries.export(session, export_id)
    if found is None or found.state != "queued":
        return
    account: Account = await people.account(session, found.account_id)
    at = clock.now()
    found.state, found.ready_at, found.size, found.content = "ready", at, len(content), content
    found.expires_at = at + timedelta(days=tools.export_days)
    link = {"link": f"{tools.portal_url}/account/privacy"}
    values = {"name": account.name, "days": tools.export_days}
    sealed = seal(tools.secret, NOTICE, link)
    await notify(session, "account.export_ready", account.id, values, sealed=sealed)


async def _avatar(session: AsyncSession, account_id: UUID) -> bytes | None:
    profile = await profiles.profile(session, account_id)
    if profile is None or profile.avatar_id is None:
        return None
    return await profiles.avatar(session, profile.avatar_id, AVATAR_WIDTHS[-1])
