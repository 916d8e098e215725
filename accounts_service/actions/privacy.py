"""The rights of a person: consents, a copy of everything, being forgotten."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.callers import signed_in
from accounts_service.actions.proving import prove
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models import profiles as rows
from accounts_service.models.people import Account
from accounts_service.queries import people, viewing
from accounts_service.queries import privacy as queries
from accounts_service.rules import privacy as rules
from accounts_service.rules.viewing import check_grown
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts.profiles import (
    ConsentChange,
    Consents,
    DeletionNew,
    DeletionPlan,
    DeletionPlanned,
    Export,
    Exports,
    ExportUnderWay,
    NoDeletionPlanned,
    Privacy,
    Purpose,
)
from kit.db import Sessions
from kit.events import notify
from kit.jobs import enqueue


async def privacy(session: AsyncSession, caller: Caller) -> Privacy:
    account, _ = await signed_in(session, caller)
    planned = await queries.deletion(session, account.id)
    found = await queries.exports(session, account.id)
    return Privacy(
        consents=rules.consents(await queries.consents(session, account.id)),
        exports=[Export.model_validate(row) for row in found],
        deletion=DeletionPlan.model_validate(planned) if planned else None,
    )


async def consents(session: AsyncSession, caller: Caller) -> Consents:
    account, _ = await signed_in(session, caller)
    return rules.consents(await queries.consents(session, account.id))


async def consent(
    session: AsyncSession, caller: Caller, purpose: Purpose, wanted: ConsentChange
) -> rows.Consent:
    """Note what somebody says about a purpose; nothing said before is changed."""
    account = await _grown(session, caller)
    made = rows.Consent(
        account_id=account.id, purpose=purpose.value, at=clock.now(), **wanted.model_dump()
    )
    session.add(made)
    await session.flush()
    about = {"purpose": purpose.value, **wanted.model_dump()}
    await log.note(session, caller, "consent.said", str(account.id), about)
    return made


async def exports(session: AsyncSession, caller: Caller) -> Exports:
    account, _ = await signed_in(session, caller)
    found = await queries.exports(session, account.id)
    return Exports(items=[Export.model_validate(row) for row in found])


async def ask_export(session: AsyncSession, caller: Caller) -> rows.Export:
    account = await _grown(session, caller)
    await people.account_for_update(session, account.id)  # two at once ask for one
    if any(one.state == "queued" for one in await queries.exports(session, account.id)):
        raise ExportUnderWay
    made = rows.Export(account_id=account.id, state="queued", requested_at=clock.now())
    session.add(made)
    await session.flush()
    await enqueue(session, "build_export", {"export_id": str(made.id)}, key=str(made.id))
    await log.note(session, caller, "export.asked", str(account.id), {"export": str(made.id)})
    return made


async def archive(session: AsyncSession, caller: Caller, export_id: UUID) -> bytes:
    account = await _grown(session, caller)
    found = await queries.archive(session, account.id, export_id, clock.now())
    await log.note(session, caller, "export.fetched", str(account.id), {"export": str(export_id)})
    return found


async def plan_deletion(
    sessions: Sessions, tools: Tools, caller: Caller, wanted: DeletionNew, origin: Origin
) -> DeletionPlan:
    """Plan to delete the account once the days of grace are over; the mail says how to stay."""
    async with sessions() as session:
        await _grown(session, caller)
    await prove(sessions, tools, caller, wanted.password, origin)
    async with sessions.begin() as session:
        known = await _grown(session, caller)
        await people.lock_owners(session)
        account = await people.account_for_update(session, known.id)
        if await queries.deletion(session, account.id) is not None:
            raise DeletionPlanned
        rules.check_deletion(account, await people.active_owners_but(session, account.id))
        return await _plan(session, tools, caller, account)


async def take_back_deletion(session: AsyncSession, caller: Caller) -> None:
    account = await _grown(session, caller)
    planned = await queries.deletion(session, account.id, lock=True)
    if planned is None or planned.started_at is not None:
        raise NoDeletionPlanned
    await session.delete(planned)
    await log.note(session, caller, "deletion.taken_back", str(account.id))


async def _plan(
    session: AsyncSession, tools: Tools, caller: Caller, account: Account
) -> DeletionPlan:
    at = clock.now()
    planned = rows.Deletion(
        account_id=account.id, requested_at=at, due_at=at + timedelta(days=tools.deletion_days)
    )
    session.add(planned)
    values = {
        "name": account.name,
        "on": planned.due_at.isoformat(),
        "link": f"{tools.portal_url}/account/privacy",
    }
    await notify(session, "account.deletion_planned", account.id, values)
    about = {"due_at": planned.due_at.isoformat()}
    await log.note(session, caller, "deletion.planned", str(account.id), about)
    return DeletionPlan.model_validate(planned)


async def _grown(session: AsyncSession, caller: Caller) -> Account:
    account, current = await signed_in(session, caller)
    check_grown(await viewing.watching(session, current.id))
    return account
