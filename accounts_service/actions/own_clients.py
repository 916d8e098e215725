"""Integrators look after their own programs: secrets that overlap, scopes, and what was called."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.callers import signed_in
from accounts_service.actions.clients import a_secret, managed, new_secret
from accounts_service.models.programs import ApiClient
from accounts_service.queries import people
from accounts_service.queries import programs as queries
from accounts_service.queries import usage as counted
from accounts_service.rules.roles import check_scopes
from kit import clock, events
from kit.auth import Caller, may
from kit.contracts.accounts import Client
from kit.contracts.accounts.clients import (
    ClientCallsTold,
    ClientChange,
    ClientDay,
    ClientDetails,
    ClientSecret,
    ClientSecretMade,
    ClientSecretNew,
    ClientUsage,
    LastSecret,
    MyClients,
    SecretNotFound,
    TooManySecrets,
)
from kit.errors import Forbidden

SECRETS = 2


async def mine(session: AsyncSession, caller: Caller) -> MyClients:
    account, _ = await signed_in(session, caller)
    rows = await queries.clients_of(session, account.id)
    return MyClients(items=tuple(Client.model_validate(row) for row in rows))


async def client(session: AsyncSession, caller: Caller, client_id: UUID) -> ClientDetails:
    return await _details(session, await managed(session, caller, client_id))


async def change(
    session: AsyncSession, caller: Caller, client_id: UUID, wanted: ClientChange
) -> ClientDetails:
    """Rename, take scopes away, or add those that staff, or a bounded client's owner, holds."""
    row = await managed(session, caller, client_id)
    if wanted.scopes is not None:
        _check_more(caller, row, set(wanted.scopes) - set(row.scopes))
        row.scopes = sorted(set(wanted.scopes))
    row.name = wanted.name or row.name
    about = {"name": row.name, "scopes": list(row.scopes)}
    await log.note(session, caller, "client.changed", str(row.id), about)
    return await _details(session, row)


async def rotate(
    session: AsyncSession, caller: Caller, client_id: UUID, new: ClientSecretNew
) -> ClientSecretMade:
    """Make the next secret; those before it work on for a while. The owner is told."""
    row = await managed(session, caller, client_id)
    at = clock.now()
    working = await queries.secrets_of(session, row.id, at)
    if len(working) >= SECRETS:
        raise TooManySecrets
    until = at + timedelta(hours=new.overlap_hours)
    for one in working:
        one.ends_at = min(one.ends_at or until, until)
    secret = new_secret()
    made = a_secret(row.id, secret, at)
    row.secret_hash = made.secret_hash
    session.add(made)
    await session.flush()
    if row.owner_id is not None:
        owner = await people.account(session, row.owner_id)
        said = {"name": owner.name, "client": row.name, "until": until.isoformat()}
        await events.notify(session, "client.secret_rotated", owner.id, said)
    await log.note(session, caller, "client.secret_rotated", str(row.id), {"hint": made.hint})
    shown = ClientSecret.model_validate(made).model_dump()
    return ClientSecretMade(**shown, secret=secret, others_until=until)


async def end_secret(
    session: AsyncSession, caller: Caller, client_id: UUID, secret_id: UUID
) -> None:
    """Stop a secret at once; one always remains."""
    row = await managed(session, caller, client_id)
    at = clock.now()
    working = await queries.secrets_of(session, row.id, at)
    found = next((one for one in working if one.id == secret_id), None)
    if found is None:
        raise SecretNotFound
    if len(working) == 1:
        raise LastSecret
    found.ends_at = at
    rest = next(one for one in working if one is not found)
    rest.ends_at, row.secret_hash = None, rest.secret_hash
    await log.note(session, caller, "client.secret_ended", str(row.id), {"hint": found.hint})


async def usage(session: AsyncSession, caller: Caller, client_id: UUID, days: int) -> ClientUsage:
    row = await managed(session, caller, client_id)
    since = clock.now().date() - timedelta(days=days - 1)
    found = await counted.calls(session, row.id, since)
    shown = tuple(ClientDay(day=day, service=service, calls=n) for day, service, n in found)
    return ClientUsage(days=shown, total=sum(one.calls for one in shown))


async def take_calls(session: AsyncSession, caller: Caller, told: ClientCallsTold) -> None:
    if caller.kind != "service":
        raise Forbidden("Only services of the suite tell how often they were called.")
    await counted.take_calls(session, told)


def _check_more(caller: Caller, row: ApiClient, more: set[str]) -> None:
    if more and not row.is_bounded and not may(caller, "clients:write"):
        raise Forbidden("Staff gave this program its scopes. Ask them for more.")
    check_scopes(caller, more)


async def _details(session: AsyncSession, row: ApiClient) -> ClientDetails:
    owner = await people.account(session, row.owner_id) if row.owner_id is not None else None
    working = await queries.secrets_of(session, row.id, clock.now())
    return ClientDetails(
        **Client.model_validate(row).model_dump(),
        owner_name=owner.name if owner is not None else None,
        secrets=tuple(ClientSecret.model_validate(one) for one in working),
    )
