"""The keys that sign access tokens: made, published, replaced."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import OKPKey
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import log
from accounts_service.actions.tools import Tools
from accounts_service.models.programs import SigningKey
from accounts_service.providers.jose import Keys, sign
from accounts_service.queries import programs as queries
from accounts_service.rules import keys as rules
from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import JwkSet

KEPT_AFTER_WITHDRAWAL = timedelta(days=90)


async def token(session: AsyncSession, tools: Tools, claims: dict[str, Any]) -> str:
    """Sign an access token with the key of the hour."""
    kid, key = await _signing(session, tools.keys)
    return sign(claims, kid, key)


async def publish(session: AsyncSession, tools: Tools) -> JwkSet:
    """Return the public keys; the very first question makes the first key."""
    await _signing(session, tools.keys)
    found = rules.published(await queries.signing_keys(session), clock.now())
    return JwkSet(keys=tuple(row.public for row in found))


async def replace(session: AsyncSession, tools: Tools, caller: Caller, *, leaked: bool) -> JwkSet:
    """Make the next key: it signs an hour from now, or at once when one has leaked, and then the
    old ones are withdrawn, with every token they signed.
    """
    await queries.lock_signing_keys(session)
    at = clock.now()
    if leaked:
        for row in await queries.signing_keys(session):
            row.withdrawn_at = row.withdrawn_at or at
    made = _make(session, tools.keys, at, at if leaked else at + rules.ANNOUNCED)
    await session.flush()
    await log.note(session, caller, "signing_key.made", str(made.id), {"leaked": leaked})
    return await publish(session, tools)


async def replace_when_due(session: AsyncSession, tools: Tools) -> None:
    """Keep a key that signs, make the next one before it is old, and forget those long gone."""
    await queries.lock_signing_keys(session)
    at = clock.now()
    rows = await queries.signing_keys(session)
    needed = {row.id for row in rules.published(rows, at)}
    for row in rows:
        if row.id not in needed or tools.keys.opened(row) is None:
            row.withdrawn_at = row.withdrawn_at or at
    if rules.is_due(rows, at, tools.key_life):
        is_first = all(row.withdrawn_at for row in rows)
        _make(session, tools.keys, at, at if is_first else at + rules.ANNOUNCED)
    await queries.forget_signing_keys(session, at - KEPT_AFTER_WITHDRAWAL)


async def _signing(session: AsyncSession, keys: Keys) -> tuple[str, OKPKey]:
    found = _usable(await queries.signing_keys(session), keys)
    if found is None:
        await queries.lock_signing_keys(session)
        found = _usable(await queries.signing_keys(session), keys)
    if found is None:
        at = clock.now()
        made = _make(session, keys, at, at)
        await session.flush()
        found = _usable([made], keys)
    if found is None:
        raise RuntimeError("A key just made cannot be opened.")
    return found


def _usable(rows: Sequence[SigningKey], keys: Keys) -> tuple[str, OKPKey] | None:
    """Return the key that signs now; those sealed under another secret are passed over."""
    openable = [row for row in rows if keys.opened(row) is not None]
    row = rules.signing(openable, clock.now())
    opened = keys.opened(row) if row is not None else None
    return (str(row.id), opened) if row is not None and opened is not None else None


def _make(session: AsyncSession, keys: Keys, at: datetime, signs_from: datetime) -> SigningKey:
    row = SigningKey(created_at=at, signs_from=signs_from)
    keys.fill(row)
    session.add(row)
    return row
