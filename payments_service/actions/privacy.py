"""All that payments_service knows of one account: handed out, made anonymous, handed over."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.clock import now
from kit.errors import Forbidden
from kit.schema import PersonalData
from payments_service.queries import ledger, privacy
from payments_service.rules import accounts
from payments_service.rules.journals import journal


def check_service(caller: Caller) -> None:
    """Raise Forbidden unless a service of the suite asks for itself."""
    if caller.kind != "service":
        raise Forbidden("Only services of the suite may do this.")


async def personal_data(session: AsyncSession, account_id: UUID) -> PersonalData:
    parts = await privacy.everything(session, account_id)
    return PersonalData(service="payments_service", parts=parts)


async def forget(session: AsyncSession, account_id: UUID) -> None:
    """Keep what was paid, and forget by whom; doing it twice is doing it once."""
    await privacy.run(session, privacy.FORGET, {"account": account_id, "at": now()})


async def hand_over(session: AsyncSession, account_id: UUID, into_id: UUID) -> None:
    """Give all of one account to another, when the two are merged; twice is once."""
    if account_id == into_id:
        return
    for gone, kept in await _pairs(session, account_id, into_id):
        if amount := await ledger.available(session, gone.code):
            moved = journal(
                f"merge:{account_id}:{into_id}:{gone.code}:{-amount}",
                "merge",
                [(gone, amount), (kept, -amount)],
                source=f"account/{into_id}",
                description="Two accounts became one",
            )
            await ledger.post(session, moved)
    values = {"account": account_id, "into": into_id}
    await privacy.run(session, privacy.HAND_OVER, values)


async def _pairs(
    session: AsyncSession, account_id: UUID, into_id: UUID
) -> list[tuple[accounts.Account, accounts.Account]]:
    """Return each account of the ledger that is one's own, with the one it goes to."""
    currencies = await privacy.currencies(session, accounts.maker(account_id, "").code)
    return [
        (accounts.bought_coins(account_id), accounts.bought_coins(into_id)),
        (accounts.granted_coins(account_id), accounts.granted_coins(into_id)),
        *((accounts.maker(account_id, one), accounts.maker(into_id, one)) for one in currencies),
    ]
