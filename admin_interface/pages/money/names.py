"""Whose an id is, for lists of money that know people by their ids alone."""

from collections.abc import Collection
from uuid import UUID

from kit.contracts.accounts import AccountsClient
from kit.errors import AppError


async def names(accounts: AccountsClient, ids: Collection[str]) -> dict[str, str]:
    """Return the name of each account that is found; for the others their id stands there."""
    found = {}
    for one in ids:
        try:
            found[one] = (await accounts.account(UUID(one))).name
        except (AppError, ValueError):
            continue
    return found
