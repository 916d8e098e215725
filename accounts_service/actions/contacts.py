"""Whom services may write to."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.queries import identity as queries
from kit.auth import Caller
from kit.contracts.accounts.identity import Contact, Contacts
from kit.errors import Forbidden


async def contacts(session: AsyncSession, caller: Caller, ids: Sequence[UUID]) -> Contacts:
    """Return how to reach these people; an address only once it is known to be theirs."""
    if caller.kind != "service":
        raise Forbidden("Only services of the suite ask whom to write to.")
    rows = await queries.contacts(session, ids)
    return Contacts(
        items=[
            Contact(
                id=account.id,
                name=account.name,
                email=account.email if account.email_verified_at is not None else None,
                locale=language or account.locale,
                state=account.state,
                country=country,
            )
            for account, language, country in rows
        ]
    )
