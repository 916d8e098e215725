"""Look after tokens that exist: find, list, change, revoke, free their devices."""

from dataclasses import replace
from uuid import UUID

from kit import clock
from kit.auth import Caller
from kit.contracts.tokens import (
    Batch,
    Batches,
    Device,
    DeviceList,
    Token,
    TokenChange,
    TokenNotFound,
    TokenQuery,
    Tokens,
)
from kit.pages import decode_cursor, encode_cursor
from tokens_service.actions import audit
from tokens_service.actions.issuer import Issuer, code_of, shown, target
from tokens_service.models import TokenRow, Value, stored
from tokens_service.queries import batches, devices, tokens
from tokens_service.rules import codes, terms

RESEALED_AT_ONCE = 500


async def token(issuer: Issuer, token_id: UUID) -> Token:
    return shown(issuer.keys, await tokens.token(issuer.store, token_id))


async def list_tokens(
    issuer: Issuer, filters: TokenQuery, cursor: str | None, limit: int
) -> Tokens:
    """Return a page of tokens, newest first; `q` is part of a label or title, or a whole code."""
    asked = codes.typed(filters.q or "")
    found = await tokens.tokens(
        issuer.store, filters, issuer.keys.lookups(asked[1]) if asked else [],
        terms.searchable(filters.q or ""), clock.now(), before=_before(cursor), limit=limit + 1,
    )  # fmt: skip
    items = [shown(issuer.keys, row) for row in found[:limit]]
    more = len(found) > limit
    return Tokens(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)


async def change(issuer: Issuer, caller: Caller, token_id: UUID, new: TokenChange) -> Token:
    row = await tokens.token(issuer.store, token_id)
    changes: dict[str, Value] = new.model_dump(exclude_none=True, exclude={"expires_at"})
    if new.expires_at is not None:
        terms.check_lifetime(new.expires_at, clock.now())
        changes["expires_at"] = stored(new.expires_at)
    label = row.label if new.label is None else new.label
    changes["searchable"] = terms.searchable(new.title or row.title, label)
    noted = new.model_dump(mode="json", exclude_none=True)
    entry = audit.entry(caller, "token.change", target(token_id), **noted)
    return shown(issuer.keys, await tokens.change(issuer.store, token_id, changes, entry))


async def revoke(issuer: Issuer, caller: Caller, given: str) -> Token:
    """Revoke by code in any spelling, long token or id; twice is the same as once."""
    row = await _meant(issuer, given)
    entry = audit.entry(caller, "token.revoke", target(row.id), title=row.title, label=row.label)
    return shown(issuer.keys, await tokens.revoke(issuer.store, row.id, clock.now(), entry))


async def revoke_batch(issuer: Issuer, caller: Caller, batch_id: UUID) -> Batch:
    entry = audit.entry(caller, "batch.revoke", f"batch:{batch_id}")
    return Batch.model_validate(await batches.revoke(issuer.store, batch_id, clock.now(), entry))


async def batch(issuer: Issuer, batch_id: UUID) -> Batch:
    return Batch.model_validate(await batches.batch(issuer.store, batch_id))


async def batch_tokens(issuer: Issuer, batch_id: UUID) -> list[Token]:
    await batches.batch(issuer.store, batch_id)
    return [shown(issuer.keys, row) for row in await batches.tokens(issuer.store, batch_id)]


async def list_batches(issuer: Issuer, cursor: str | None, limit: int) -> Batches:
    found = await batches.batches(issuer.store, before=_before(cursor), limit=limit + 1)
    items = [Batch.model_validate(row) for row in found[:limit]]
    more = len(found) > limit
    return Batches(items=items, next_cursor=encode_cursor(str(items[-1].id)) if more else None)


async def list_devices(issuer: Issuer, token_id: UUID) -> DeviceList:
    await tokens.token(issuer.store, token_id)
    found = await devices.devices(issuer.store, token_id)
    return DeviceList(items=[Device.model_validate(row) for row in found])


async def free_devices(
    issuer: Issuer, caller: Caller, token_id: UUID, device: str | None = None
) -> None:
    """Free the slot of one device, or of all; one that has none is fine."""
    await tokens.token(issuer.store, token_id)
    entry = audit.entry(caller, "token.free_devices", target(token_id), device=device)
    await devices.free(issuer.store, token_id, device, entry)


async def reseal(issuer: Issuer) -> int:
    """Put a portion of what old keys sealed under the one in use; return how much that was."""
    current = issuer.keys.current
    old = [key.id for key in issuer.keys.all[1:]]
    found = await tokens.under_keys(issuer.store, old, RESEALED_AT_ONCE) if old else []
    resealed = [
        replace(row, lookup=current.lookup(codes.body(code)), key_id=current.id,
                sealed=current.seal(code, row.id))
        for row in found if (code := code_of(issuer.keys, row))
    ]  # fmt: skip
    if resealed:
        await tokens.reseal(issuer.store, resealed)
    return len(resealed)


async def _meant(issuer: Issuer, given: str) -> TokenRow:
    try:
        return await tokens.token(issuer.store, UUID(given))
    except ValueError:
        code = issuer.keys.code_of(given) or given
    asked = codes.typed(code)
    row = (
        await tokens.token_by_lookups(issuer.store, issuer.keys.lookups(asked[1]))
        if asked
        else None
    )
    if row is None or asked is None or not codes.is_prefix(asked[0], code_of(issuer.keys, row)):
        raise TokenNotFound
    return row


def _before(cursor: str | None) -> str:
    return str(decode_cursor(cursor, 1)[0]) if cursor else ""
