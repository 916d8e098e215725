"""Looking at people's data leaves a trace that they, and other admins, can read."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.callers import signed_in
from accounts_service.models.people import Account
from accounts_service.queries import log as queries
from accounts_service.queries import people
from kit.auth import Caller
from kit.contracts.accounts.studios import Access, Accesses
from kit.pages import encode_cursor


async def account(session: AsyncSession, caller: Caller, account_id: UUID) -> Account:
    """Return one person, and note who looked; services only look in order to work."""
    found = await people.account(session, account_id)
    if caller.kind != "service":
        await log.note(session, caller, "personal.read", str(account_id))
    return found


async def searched(session: AsyncSession, caller: Caller, q: str | None, found: int) -> None:
    """Note that somebody searched people, and for what."""
    if caller.kind != "service":
        await log.note(session, caller, "personal.searched", "", {"q": q or "", "found": found})


async def accesses(
    session: AsyncSession, caller: Caller, cursor: str | None, limit: int
) -> Accesses:
    """Say who looked at one's own data, or acted in one's name."""
    account, _ = await signed_in(session, caller)
    about = queries.About(str(account.id), "personal.")
    rows = await queries.about(session, about, log.place(cursor), limit + 1)
    items = [
        Access(at=row.at, by=row.actor_name, what=row.action, why=row.details.get("why"))
        for row in rows[:limit]
    ]
    last = rows[limit - 1] if len(rows) > limit else None
    after = encode_cursor(last.at.isoformat(), str(last.id)) if last else None
    return Accesses(items=items, next_cursor=after)
