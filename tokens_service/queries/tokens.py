"""Tokens: found, listed, made, changed, revoked."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson

from kit.contracts.accounts import AuditEntryNew
from kit.contracts.tokens import TokenNotFound, TokenQuery, TokenState
from tokens_service.models import Statement, Store, TokenRow, Value, stored
from tokens_service.queries import rows
from tokens_service.queries.outbox import told_if

ONE = f"SELECT {rows.COLUMNS} FROM token WHERE id = :id"  # noqa: S608
BY_LOOKUP = f"""
    SELECT {rows.COLUMNS} FROM token WHERE lookup IN (SELECT value FROM json_each(:lookups))
"""  # noqa: S608
# One JSON value holds them all, so that a batch of any size is one statement.
INSERT = """
    INSERT INTO token (id, lookup, key_id, sealed, access_level, video_id, title, label,
        searchable, created_at, expires_at, max_devices, batch_id, owner, request_key, request)
    SELECT value->>'id', value->>'lookup', value->>'key_id', value->>'sealed',
        value->>'access_level', value->>'video_id', value->>'title', value->>'label',
        :searchable, value->>'created_at', value->>'expires_at', value->>'max_devices',
        value->>'batch_id', :owner, :request_key, value->>'request'
    FROM json_each(:tokens)
"""
STATES = {
    TokenState.active: "revoked_at IS NULL AND expires_at > :now",
    TokenState.expired: "revoked_at IS NULL AND expires_at <= :now",
    TokenState.revoked: "revoked_at IS NOT NULL",
}


async def token(store: Store, token_id: UUID) -> TokenRow:
    found = await store.read(Statement(ONE, {"id": str(token_id)}))
    if not found:
        raise TokenNotFound
    return rows.token(found[0])


async def token_by_lookups(store: Store, lookups: Sequence[str]) -> TokenRow | None:
    values = {"lookups": orjson.dumps(lookups).decode()}
    found = await store.read(Statement(BY_LOOKUP, values))
    return rows.token(found[0]) if found else None


async def tokens(
    store: Store,
    filters: TokenQuery,
    lookups: Sequence[str],
    searched: str,
    now: datetime,
    *,
    before: str,
    limit: int,
) -> list[TokenRow]:
    """Return the newest tokens older than the id `before`; "" begins at the newest."""
    where = ["1"]
    values: dict[str, Value] = {"limit": limit}
    if before:
        where.append("id < :before")
        values["before"] = before
    if filters.state:
        where.append(STATES[filters.state])
    if filters.state in {TokenState.active, TokenState.expired}:
        values["now"] = stored(now)
    if filters.q:
        where.append("(instr(searchable, :searched) OR lookup IN "
                     "(SELECT value FROM json_each(:lookups)))")  # fmt: skip
        values |= {"searched": searched, "lookups": orjson.dumps(lookups).decode()}
    for column, wanted in (("access_level", filters.access_level), ("video_id", filters.video_id),
                           ("batch_id", filters.batch_id),
                           ("account_id", filters.account_id)):  # fmt: skip
        if wanted is not None:
            where.append(f"{column} = :{column}")
            values[column] = str(wanted)
    chosen = " AND ".join(where)
    sql = f"SELECT {rows.COLUMNS} FROM token WHERE {chosen} ORDER BY id DESC LIMIT :limit"  # noqa: S608
    return [rows.token(row) for row in await store.read(Statement(sql, values))]


async def mint(
    store: Store, row: TokenRow, searchable: str, owner: str, key: str | None,
    entry: AuditEntryNew,
) -> TokenRow:  # fmt: skip
    """Store a token, or return the one that this owner's key made before.

    Raises StoreConflict when the code exists already.
    """
    values: dict[str, Value] = {
        "tokens": as_json([row]), "searchable": searchable, "owner": owner, "request_key": key,
    }  # fmt: skip
    insert = (
        f"{INSERT} WHERE 1 ON CONFLICT (id) DO NOTHING ON CONFLICT (owner, request_key) DO NOTHING"
    )
    again = f"{ONE} OR (owner = :owner AND request_key = :request_key)"
    asked: dict[str, Value] = {"id": str(row.id), "owner": owner, "request_key": key}
    made = await store.write(
        Statement(insert, values),
        told_if(entry, "SELECT 1 FROM token WHERE id = :id", id=str(row.id)),
        Statement(again, asked),
    )
    return rows.token(made[2][0])


async def change(
    store: Store, token_id: UUID, changes: dict[str, Value], entry: AuditEntryNew
) -> TokenRow:
    given: dict[str, Value] = {"id": str(token_id)}
    columns = ", ".join(f"{column} = :{column}" for column in changes) or "id = id"
    update = f"UPDATE token SET {columns} WHERE id = :id"  # noqa: S608  our own column names
    done = await store.write(
        Statement(update, {**given, **changes}),
        told_if(entry, "SELECT 1 FROM token WHERE id = :id", **given),
        Statement(ONE, given),
    )
    if not done[2]:
        raise TokenNotFound
    return rows.token(done[2][0])


async def revoke(store: Store, token_id: UUID, at: datetime, entry: AuditEntryNew) -> TokenRow:
    """Revoke a token; one that is revoked already stays as it is."""
    values: dict[str, Value] = {"id": str(token_id), "at": stored(at)}
    update = "UPDATE token SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL"
    revoked_now = "SELECT 1 FROM token WHERE id = :id AND revoked_at = :at"
    done = await store.write(
        Statement(update, values),
        told_if(entry, revoked_now, **values),
        Statement(ONE, {"id": str(token_id)}),
    )
    if not done[2]:
        raise TokenNotFound
    return rows.token(done[2][0])


async def under_keys(store: Store, key_ids: Sequence[str], limit: int) -> list[TokenRow]:
    sql = f"""
        SELECT {rows.COLUMNS} FROM token
        WHERE key_id IN (SELECT value FROM json_each(:key_ids)) LIMIT :limit
    """  # noqa: S608
    values: dict[str, Value] = {"key_ids": orjson.dumps(key_ids).decode(), "limit": limit}
    return [rows.token(row) for row in await store.read(Statement(sql, values))]


async def reseal(store: Store, resealed: Sequence[TokenRow]) -> None:
    """Put tokens under another key: their lookup, key id and sealed code."""
    sql = """
        UPDATE OR IGNORE token SET lookup = :lookup, key_id = :key_id, sealed = :sealed
        WHERE id = :id
    """
    await store.write(*(
        Statement(sql, {"id": str(row.id), "lookup": row.lookup, "key_id": row.key_id,
                        "sealed": row.sealed})
        for row in resealed
    ))  # fmt: skip


def as_json(tokens: Sequence[TokenRow]) -> str:
    return orjson.dumps([
        {
            "id": row.id, "lookup": row.lookup, "key_id": row.key_id, "sealed": row.sealed,
            "access_level": row.access_level, "video_id": row.video_id, "title": row.title,
            "label": row.label, "created_at": stored(row.created_at),
            "expires_at": stored(row.expires_at), "max_devices": row.max_devices,
            "batch_id": row.batch_id, "request": row.request,
        }
        for row in tokens
    ]).decode()  # fmt: skip
