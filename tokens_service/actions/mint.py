"""Make tokens: one, or a batch."""

from datetime import datetime
from uuid import UUID

from kit import clock
from kit.auth import Caller
from kit.contracts.tokens import Batch, BatchNew, Mint, Terms, Token, TokenKeyReused
from kit.db import new_id
from tokens_service.actions import audit
from tokens_service.actions.issuer import Issuer, shown, target
from tokens_service.models import BatchRow, StoreConflict, TokenRow
from tokens_service.queries import batches, tokens
from tokens_service.rules import codes, terms

TRIES = 5


async def mint(issuer: Issuer, caller: Caller, new: Mint) -> Token:
    """Make a token; the same key makes it once."""
    searchable = terms.searchable(new.title, new.label)
    for _ in range(TRIES):
        row = _new_row(issuer, new, clock.now(), None)
        entry = audit.entry(
            caller, "token.mint", target(row.id), title=new.title, label=new.label,
            access_level=new.access_level.value, video_id=new.video_id,
        )  # fmt: skip
        try:
            made = await tokens.mint(issuer.store, row, searchable, _owner(caller), new.key, entry)
        except StoreConflict:  # this code exists: one mint in millions
            continue
        if made.request != row.request:
            raise TokenKeyReused
        return shown(issuer.keys, made)
    raise StoreConflict


async def mint_batch(issuer: Issuer, caller: Caller, new: BatchNew) -> Batch:
    """Make many alike tokens; the same key makes them once."""
    searchable = terms.searchable(new.title, new.label)
    for _ in range(TRIES):
        batch = _new_batch(issuer, new)
        rows = [_new_row(issuer, new, batch.created_at, batch.id) for _ in range(new.count)]
        entry = audit.entry(
            caller, "batch.mint", f"batch:{batch.id}", title=new.title, label=new.label,
            access_level=new.access_level.value, video_id=new.video_id, count=new.count,
        )  # fmt: skip
        try:
            made = await batches.mint(
                issuer.store, batch, rows, searchable, _owner(caller), new.key, entry
            )
        except StoreConflict:
            continue
        if made.request != batch.request:
            raise TokenKeyReused
        return Batch.model_validate(made)
    raise StoreConflict


def _new_row(issuer: Issuer, new: Terms, at: datetime, batch_id: UUID | None) -> TokenRow:
    token_id, body, key = new_id(), codes.random_body(), issuer.keys.current
    return TokenRow(
        id=token_id,
        lookup=key.lookup(body),
        key_id=key.id,
        sealed=key.seal(codes.written(issuer.prefix, body), token_id),
        access_level=new.access_level,
        video_id=new.video_id,
        title=new.title,
        label=new.label,
        created_at=at,
        expires_at=terms.expiry(new, issuer.default_days, at),
        revoked_at=None,
        max_devices=new.max_devices,
        batch_id=batch_id,
        request=terms.fingerprint(new),
    )


def _new_batch(issuer: Issuer, new: BatchNew) -> BatchRow:
    now = clock.now()
    return BatchRow(
        id=new_id(),
        title=new.title,
        label=new.label,
        access_level=new.access_level,
        video_id=new.video_id,
        max_devices=new.max_devices,
        count=new.count,
        created_at=now,
        expires_at=terms.expiry(new, issuer.default_days, now),
        request=terms.fingerprint(new),
    )


def _owner(caller: Caller) -> str:
    """Return whose keys these are: two callers may choose the same one."""
    return f"{caller.kind}:{caller.id}"
