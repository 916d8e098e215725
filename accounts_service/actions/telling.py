"""Telling people that what opens their account has changed."""

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.people import Account
from kit import clock
from kit.events import notify


async def tell(session: AsyncSession, account: Account, what: str) -> None:
    values = {"name": account.name, "what": what, "at": clock.now().isoformat()}
    await notify(session, "account.second_factor", account.id, values)
