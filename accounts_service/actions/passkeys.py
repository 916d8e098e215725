"""Passkeys: added, used to sign in or as a second step, renamed, taken away."""

from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import ceremonies, codes, log, proofs, telling
from accounts_service.actions.sessions import open_session
from accounts_service.actions.tools import Origin, Tools
from accounts_service.models import factors as models
from accounts_service.models.people import Account
from accounts_service.providers.webauthn import is_synced
from accounts_service.queries import factors as queries
from accounts_service.queries import people
from accounts_service.rules import factors as rules
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import AccountNotFound, AccountState, SessionEnded, SignedIn
from kit.contracts.accounts.factors import (
    Ceremony,
    Credential,
    FactorNotFound,
    LastWayIn,
    Method,
    PasskeyNew,
    PasskeyRefused,
    TooManyPasskeys,
)
from kit.db import Sessions

ADDING, SHOWING = "passkey to add", "passkey to show"


async def begin_adding(session: AsyncSession, tools: Tools, caller: Caller) -> Ceremony:
    account, _ = await proofs.sure(session, caller)
    known = await queries.passkeys(session, account.id)
    if len(known) >= rules.MOST_PASSKEYS:
        raise TooManyPasskeys
    options, challenge = tools.passkeys.to_add(account.id.bytes, account.email, account.name, known)
    sealed = ceremonies.begin(tools, ADDING, challenge=challenge, account=str(account.id))
    return _asked(options, sealed)


async def add(sessions: Sessions, tools: Tools, caller: Caller, new: PasskeyNew) -> tuple[str, ...]:
    """Keep a new passkey; return recovery codes if there were none."""
    said = ceremonies.look(tools, ADDING, new.ceremony)
    async with sessions.begin() as session:
        account, _ = await proofs.sure(session, caller)
    if said["account"] != str(account.id):
        raise PasskeyRefused
    made, transports = tools.passkeys.added(new.credential, said["challenge"])
    fresh = await codes.new_codes_if_none(sessions, tools, account)
    row = models.Passkey(
        account_id=account.id,
        credential_id=made.credential_id,
        public_key=made.credential_public_key,
        sign_count=made.sign_count,
        transports=transports,
        name=new.name,
        is_synced=is_synced(made),
        created_at=clock.now(),
    )
    try:
        async with sessions.begin() as session:
            return await _keep(session, caller, said, row, fresh)
    except IntegrityError as error:
        raise PasskeyRefused("This passkey opens an account here already.") from error


async def _keep(
    session: AsyncSession,
    caller: Caller,
    said: dict[str, Any],
    row: models.Passkey,
    fresh: list[tuple[str, str]],
) -> tuple[str, ...]:
    account, current = await proofs.sure(session, caller)
    await ceremonies.spend(session, said)
    session.add(row)
    await session.flush()
    await proofs.add(session, current, Method.passkey)
    about = {"factor": "passkey", "name": row.name}
    await log.note(session, caller, "factor.added", str(account.id), about)
    await telling.tell(session, account, "passkey_added")
    return await codes.keep_codes(session, account, fresh)


async def rename(
    session: AsyncSession, caller: Caller, passkey_id: UUID, name: str
) -> models.Passkey:
    account, _ = await proofs.sure(session, caller)
    row = await queries.passkey_of(session, account.id, passkey_id)
    row.name = name
    return row


async def remove(session: AsyncSession, tools: Tools, caller: Caller, passkey_id: UUID) -> None:
    account, _ = await proofs.sure(session, caller)
    row = await queries.passkey_of(session, account.id, passkey_id)
    await session.delete(row)
    await session.flush()
    await check_way_in(session, account)
    await codes.check_what_is_left(session, tools, account)
    about = {"factor": "passkey", "name": row.name}
    await log.note(session, caller, "factor.removed", str(account.id), about)
    await telling.tell(session, account, "passkey_removed")


async def check_way_in(session: AsyncSession, account: Account) -> None:
    """Let nobody shut themselves out, even where a link by e-mail could open the door again."""
    if account.password_hash is not None or await queries.passkeys(session, account.id):
        return
    if not await queries.provider_links(session, account.id):
        raise LastWayIn


def begin_sign_in(tools: Tools) -> Ceremony:
    """Ask for any passkey of ours: the passkey says whose it is."""
    options, challenge = tools.passkeys.to_sign_in()
    return _asked(options, ceremonies.begin(tools, SHOWING, challenge=challenge, account=None))


async def begin_for(session: AsyncSession, tools: Tools, account_id: UUID) -> Ceremony:
    """Ask for one of this account's passkeys."""
    known = await queries.passkeys(session, account_id)
    if not known:
        raise FactorNotFound("This account has no passkey.")
    options, challenge = tools.passkeys.to_sign_in(known)
    sealed = ceremonies.begin(tools, SHOWING, challenge=challenge, account=str(account_id))
    return _asked(options, sealed)


async def sign_in(sessions: Sessions, tools: Tools, answer: Credential, origin: Origin) -> SignedIn:
    """Open a session with a passkey alone."""
    said = ceremonies.look(tools, SHOWING, answer.ceremony)
    if said["account"] is not None:
        raise PasskeyRefused
    async with sessions.begin() as session:
        row = await _used(session, tools, said, answer)
        try:
            account = await people.account_for_update(session, row.account_id)
        except AccountNotFound as error:
            raise PasskeyRefused from error
        if account.state != AccountState.active:
            raise SessionEnded
        return await open_session(session, tools, account, origin, (Method.passkey,))


async def use_of(session: AsyncSession, tools: Tools, account: Account, answer: Credential) -> None:
    """Take a passkey of this account as a second step, or to confirm."""
    said = ceremonies.look(tools, SHOWING, answer.ceremony)
    if said["account"] != str(account.id):
        raise PasskeyRefused
    await _used(session, tools, said, answer)


async def _used(
    session: AsyncSession, tools: Tools, said: dict[str, Any], answer: Credential
) -> models.Passkey:
    credential_id, handle = tools.passkeys.shown(answer.credential)
    row = await queries.passkey_by_credential(session, credential_id)
    if row is None:
        raise PasskeyRefused("This passkey is not known here (any more).")
    owners = {said["account"] or str(row.account_id), str(row.account_id)}
    if len(owners) > 1 or (handle is not None and handle != row.account_id.bytes):
        raise PasskeyRefused
    good = tools.passkeys.verified(answer.credential, said["challenge"], row)
    await ceremonies.spend(session, said)
    row.sign_count, row.last_used_at = good.new_sign_count, clock.now()
    row.is_synced = is_synced(good)
    return row


def _asked(options: dict[str, Any], sealed: str) -> Ceremony:
    return Ceremony(ceremony=sealed, options=options, expires_in=ceremonies.LIFE_SECONDS)
