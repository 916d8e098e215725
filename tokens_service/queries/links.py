"""Tokens that belong to an account."""

# ruff: noqa: S608  (what is put into these statements are our own constants)

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from kit.contracts.accounts import AuditEntryNew
from kit.contracts.tokens import AccessLevel, TokenNotFound
from tokens_service.models import Statement, Store, TokenRow, Value, stored
from tokens_service.queries import rows
from tokens_service.queries.outbox import told_if
from tokens_service.queries.tokens import ONE

MOST = 200  # tokens one account may hold
OF_ACCOUNT = f"""
    SELECT {rows.COLUMNS} FROM token WHERE account_id = :account_id ORDER BY linked_at DESC, id DESC
"""
# Those without a limit of devices first, then those that last longest.
OPENING = f"""
    SELECT {rows.COLUMNS} FROM token
    WHERE account_id = :account_id AND revoked_at IS NULL AND expires_at > :now
        AND access_level = :access_level
        AND (access_level <> 'ppv' OR video_id IN (SELECT value FROM json_each(:video_ids)))
    ORDER BY max_devices IS NOT NULL, expires_at DESC LIMIT 20
"""
LINK = """
    UPDATE token SET account_id = :account_id, linked_at = :at
    WHERE id = :id AND account_id IS NULL
        AND (SELECT count(*) FROM token WHERE account_id = :account_id) < :most
"""
FORGET_DEVICES = """
    DELETE FROM device WHERE token_id IN (SELECT id FROM token WHERE account_id = :account_id)
"""


async def of_account(store: Store, account_id: UUID) -> list[TokenRow]:
    found = await store.read(Statement(OF_ACCOUNT, {"account_id": str(account_id)}))
    return [rows.token(row) for row in found]


async def opening(
    store: Store, account_id: UUID, level: AccessLevel, video_ids: Sequence[str], now: datetime
) -> list[TokenRow]:
    """Return the account's tokens that open such a film now."""
    values: dict[str, Value] = {
        "account_id": str(account_id), "access_level": level.value, "now": stored(now),
        "video_ids": orjson.dumps(video_ids).decode(),
    }  # fmt: skip
    return [rows.token(row) for row in await store.read(Statement(OPENING, values))]


async def link(
    store: Store, token_id: UUID, account_id: UUID, at: datetime, entry: AuditEntryNew
) -> TokenRow:
    """Give a token that is nobody's to an account that has room; return it as it is then."""
    values: dict[str, Value] = {
        "id": str(token_id), "account_id": str(account_id), "at": stored(at),
    }  # fmt: skip
    linked_now = "SELECT 1 FROM token WHERE id = :id AND account_id = :account_id"
    done = await store.write(
        Statement(LINK, {**values, "most": MOST}),
        told_if(entry, f"{linked_now} AND linked_at = :at", **values),
        Statement(ONE, {"id": str(token_id)}),
    )
    return rows.token(done[2][0])


async def set_holder(
    store: Store, token_id: UUID, account_id: UUID | None, at: datetime, entry: AuditEntryNew
) -> TokenRow:
    """Give a token to an account, or to nobody, whoever had it before."""
    one: dict[str, Value] = {"id": str(token_id)}
    holder: dict[str, Value] = {
        "account_id": str(account_id) if account_id else None,
        "at": stored(at) if account_id else None,
    }
    done = await store.write(
        Statement("UPDATE token SET account_id = :account_id, linked_at = :at WHERE id = :id",
                  {**one, **holder}),
        told_if(entry, "SELECT 1 FROM token WHERE id = :id", **one),
        Statement(ONE, one),
    )  # fmt: skip
    if not done[2]:
        raise TokenNotFound
    return rows.token(done[2][0])


async def unlink(store: Store, account_id: UUID, token_id: UUID, entry: AuditEntryNew) -> None:
    """Make one of an account's tokens nobody's; one that is not theirs stays as it is."""
    values: dict[str, Value] = {"account_id": str(account_id), "id": str(token_id)}
    which = "id = :id AND account_id = :account_id"
    # Told first: afterwards there is nothing left to see it by.
    await store.write(
        told_if(entry, f"SELECT 1 FROM token WHERE {which}", **values),
        Statement(f"UPDATE token SET account_id = NULL, linked_at = NULL WHERE {which}", values),
    )


async def forget(store: Store, account_id: UUID, entry: AuditEntryNew) -> None:
    """Make all tokens of an account nobody's, and forget the devices that used them."""
    values: dict[str, Value] = {"account_id": str(account_id)}
    theirs = "account_id = :account_id"
    await store.write(
        told_if(entry, f"SELECT 1 FROM token WHERE {theirs}", **values),
        Statement(FORGET_DEVICES, values),
        Statement(f"UPDATE token SET account_id = NULL, linked_at = NULL WHERE {theirs}", values),
    )


async def hand_over(store: Store, account_id: UUID, to: UUID, entry: AuditEntryNew) -> None:
    """Give all tokens of one account to another."""
    values: dict[str, Value] = {"account_id": str(account_id)}
    theirs = "account_id = :account_id"
    await store.write(
        told_if(entry, f"SELECT 1 FROM token WHERE {theirs}", **values),
        Statement(f"UPDATE token SET account_id = :to WHERE {theirs}", {**values, "to": str(to)}),
    )
