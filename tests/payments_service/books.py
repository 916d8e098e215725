"""Looking into the books of a test, and writing into them."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from kit.db import Database
from payments_service.queries import ledger
from payments_service.rules.accounts import Account
from payments_service.rules.journals import NewJournal


async def posted(database: Database, *journals: NewJournal) -> list[str]:
    async with database.sessions.begin() as session:
        return [one.outcome for one in await ledger.post_many(session, journals)]


async def balance(database: Database, account: Account) -> int:
    async with database.reads() as session:
        return await ledger.balance(session, account.code)


async def available(database: Database, account: Account) -> int:
    async with database.reads() as session:
        return await ledger.available(session, account.code)


async def fetched(database: Database, statement: str, **values: Any) -> Any:
    async with database.reads() as session:
        return (await session.execute(text(statement), values)).all()


async def refused(database: Database, statement: str, **values: Any) -> str:
    """Return why the database refuses a statement."""
    with pytest.raises(DBAPIError) as caught:
        async with database.sessions.begin() as session:
            await session.execute(text(statement), values)
    return str(caught.value.orig)
