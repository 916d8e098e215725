"""One's sessions and the devices they are on; telling people of a sign-in they may not know of."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log, watching
from accounts_service.actions.callers import signed_in
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models import people as models
from accounts_service.queries import identity as queries
from accounts_service.queries import people
from accounts_service.rules import devices as rules
from accounts_service.rules.roles import check_reach
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts.identity import UserSession, UserSessionNotFound, UserSessions
from kit.events import notify


async def sessions(session: AsyncSession, tools: Tools, caller: Caller) -> UserSessions:
    account, current = await signed_in(session, caller)
    rows = await queries.open_sessions(session, account.id, clock.now())
    return UserSessions(items=[_seen(tools, account, row, current) for row in rows])


async def end(session: AsyncSession, caller: Caller, session_id: UUID) -> None:
    """End one of one's own sessions."""
    account, _ = await signed_in(session, caller)
    found = await people.user_session_for_update(session, session_id)
    if found is None or found.account_id != account.id or found.ended_at is not None:
        raise UserSessionNotFound
    found.ended_at, found.ended_why = clock.now(), "signed_out_elsewhere"
    await log.note(session, caller, "session.ended", str(found.id), {"why": found.ended_why})


async def end_others(session: AsyncSession, caller: Caller) -> None:
    account, current = await signed_in(session, caller)
    why = "signed_out_elsewhere"
    await queries.end_sessions_but(session, account.id, current.id, clock.now(), why)
    await log.note(session, caller, "sessions.ended", str(account.id), {"why": why})


async def sessions_of(
    session: AsyncSession, tools: Tools, caller: Caller, account_id: UUID
) -> UserSessions:
    """Return where somebody is signed in, and note who looked."""
    account = await watching.account(session, caller, account_id)
    rows = await queries.open_sessions(session, account.id, clock.now())
    return UserSessions(items=[_seen(tools, account, row, None) for row in rows])


async def end_of(
    session: AsyncSession, caller: Caller, account_id: UUID, session_id: UUID | None
) -> None:
    """Sign somebody out, of one session or of all; owners by owners only."""
    account = await people.account_for_update(session, account_id)
    check_reach(caller, account)
    at, why = clock.now(), "ended_by_staff"
    target = str(account.id)
    if session_id is None:
        await people.end_sessions(session, account.id, at, why)
    else:
        found = await people.user_session_for_update(session, session_id)
        if found is None or found.account_id != account.id or found.ended_at is not None:
            raise UserSessionNotFound
        found.ended_at, found.ended_why = at, why
    about = {"why": why, "session": str(session_id or "all")}
    await log.note(session, caller, "sessions.ended", target, about)


def looks(tools: Tools, origin: Origin) -> str:
    """Return what sign-ins on such a device, from that country, have in common."""
    return rules.looks(rules.device(origin.device), tools.places.of(origin.address).country)


async def tell_new(
    session: AsyncSession, tools: Tools, account: models.Account, origin: Origin
) -> None:
    """Tell the person of a sign-in on a device that looks like none before; not of the first."""
    if await queries.knows_another_device(session, account.id, looks(tools, origin)):
        await notify(session, "account.new_sign_in", account.id, _said(tools, account, origin))


async def tell_password_changed(
    session: AsyncSession, tools: Tools, account: models.Account, origin: Origin
) -> None:
    await notify(session, "account.password_changed", account.id, _said(tools, account, origin))


def _said(tools: Tools, account: models.Account, origin: Origin) -> dict[str, str]:
    """Return what a notice says of where somebody was: never more than the person may know."""
    return {
        "name": account.name,
        "at": clock.now().isoformat(),
        "device": rules.spoken(rules.device(origin.device)),
        "place": tools.places.of(origin.address, account.locale).name or origin.address,
    }


def _seen(
    tools: Tools,
    account: models.Account,
    row: models.UserSession,
    current: models.UserSession | None,
) -> UserSession:
    return UserSession(
        id=row.id,
        device=rules.device(row.device),
        address=row.address,
        place=tools.places.of(row.address, account.locale).name,
        created_at=row.created_at,
        last_used_at=row.rotated_at,
        expires_at=row.expires_at,
        is_current=current is not None and row.id == current.id,
    )
