"""Whose an id is, for pages of money that know people by their ids alone."""

import asyncio
import re
from collections.abc import Collection, Iterable
from uuid import UUID

from kit.contracts.accounts import AccountsClient
from kit.errors import AppError
from kit.schema import Schema

OWNED = re.compile(r"liability:(?:wallet|maker):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}):")


class Owner(Schema):
    id: str
    name: str


async def names(accounts: AccountsClient, ids: Collection[str]) -> dict[str, str]:
    """Return the name of each account that is found; for the others their id stands there."""
    wanted = list(ids)
    found = await asyncio.gather(*(_name(accounts, one) for one in wanted))
    return {one: name for one, name in zip(wanted, found, strict=True) if name}


async def owners(accounts: AccountsClient, codes: Iterable[str]) -> dict[str, Owner]:
    """Return whose wallet or earnings these accounts of the ledger are, by their codes."""
    whose = {code: found[1] for code in codes if (found := OWNED.match(code))}
    named = await names(accounts, set(whose.values()))
    return {code: Owner(id=one, name=named[one]) for code, one in whose.items() if one in named}


async def _name(accounts: AccountsClient, one: str) -> str:
    try:
        return (await accounts.account(UUID(one))).name
    except (AppError, ValueError):
        return ""
