"""Whose coins and films a request is about."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query

from kit.auth import Caller
from kit.errors import Forbidden, Unauthenticated
from kit.web import CallerDep


def account(caller: Caller) -> UUID:
    """Return the account of the person who calls; raise Unauthenticated, Forbidden."""
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "person":
        raise Forbidden("Only a person who signed in has coins and films of their own.")
    return UUID(caller.id)


async def _account(caller: CallerDep) -> UUID:
    return account(caller)


async def _account_or_none(caller: CallerDep) -> UUID | None:
    return UUID(caller.id) if caller.kind == "person" else None


async def _account_or_service(caller: CallerDep) -> UUID | None:
    """Return whose it has to be; None for a service of the suite, which may speak of anybody's."""
    return None if caller.kind == "service" else account(caller)


Account = Annotated[UUID, Depends(_account)]
AnyAccount = Annotated[UUID | None, Depends(_account_or_none)]
OwnOrService = Annotated[UUID | None, Depends(_account_or_service)]
Cursor = Annotated[str | None, Query(max_length=300)]
CountryAsked = Annotated[str | None, Query(pattern=r"^[A-Z]{2}$")]
