"""Batches: many alike tokens, made together."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit.contracts.accounts import AuditEntryNew
from kit.contracts.tokens import BatchNotFound
from tokens_service.models import BatchRow, Statement, Store, TokenRow, Value, stored
from tokens_service.queries import rows
from tokens_service.queries.outbox import told_if
from tokens_service.queries.tokens import INSERT, as_json

ONE = f"SELECT {rows.BATCH_COLUMNS} FROM batch WHERE id = :id"  # noqa: S608
INSERT_BATCH = """
    INSERT INTO batch (id, title, label, access_level, video_id, max_devices, count, created_at,
        expires_at, owner, request_key, request)
    VALUES (:id, :title, :label, :access_level, :video_id, :max_devices, :count, :created_at,
        :expires_at, :owner, :request_key, :request)
    ON CONFLICT (id) DO NOTHING ON CONFLICT (owner, request_key) DO NOTHING
"""


async def batch(store: Store, batch_id: UUID) -> BatchRow:
    found = await store.read(Statement(ONE, {"id": str(batch_id)}))
    if not found:
        raise BatchNotFound
    return rows.batch(found[0])


async def batches(store: Store, *, before: str, limit: int) -> list[BatchRow]:
    """Return the newest batches older than the id `before`; "" begins at the newest."""
    where = "WHERE id < :before" if before else ""
    sql = f"SELECT {rows.BATCH_COLUMNS} FROM batch {where} ORDER BY id DESC LIMIT :limit"  # noqa: S608
    values: dict[str, Value] = {"limit": limit} | ({"before": before} if before else {})
    return [rows.batch(row) for row in await store.read(Statement(sql, values))]


async def tokens(store: Store, batch_id: UUID) -> list[TokenRow]:
    sql = f"SELECT {rows.COLUMNS} FROM token WHERE batch_id = :id ORDER BY id"  # noqa: S608
    return [rows.token(row) for row in await store.read(Statement(sql, {"id": str(batch_id)}))]


async def mint(
    store: Store,
    row: BatchRow,
    tokens: Sequence[TokenRow],
    searchable: str,
    owner: str,
    key: str | None,
    entry: AuditEntryNew,
) -> BatchRow:
    """Store a batch and its tokens, or return the one that this owner's key made before.

    Raises StoreConflict when one of the codes exists already.
    """
    asked: dict[str, Value] = {"id": str(row.id), "owner": owner, "request_key": key}
    given: dict[str, Value] = {
        **asked, "title": row.title, "label": row.label, "access_level": row.access_level.value,
        "video_id": row.video_id, "max_devices": row.max_devices, "count": row.count,
        "created_at": stored(row.created_at), "expires_at": stored(row.expires_at),
        "request": row.request,
    }  # fmt: skip
    made_now = "SELECT 1 FROM batch WHERE id = :id"
    members: dict[str, Value] = {
        "tokens": as_json(tokens), "searchable": searchable, "owner": owner, "request_key": None,
        "id": str(row.id),
    }  # fmt: skip
    done = await store.write(
        Statement(INSERT_BATCH, given),
        Statement(f"{INSERT} WHERE EXISTS ({made_now}) ON CONFLICT (id) DO NOTHING", members),
        told_if(entry, made_now, id=str(row.id)),
        Statement(f"{ONE} OR (owner = :owner AND request_key = :request_key)", asked),
    )
    return rows.batch(done[3][0])


async def revoke(store: Store, batch_id: UUID, at: datetime, entry: AuditEntryNew) -> BatchRow:
    """Revoke every token of a batch that is not revoked yet."""
    values: dict[str, Value] = {"id": str(batch_id), "at": stored(at)}
    update = "UPDATE token SET revoked_at = :at WHERE batch_id = :id AND revoked_at IS NULL"
    revoked_now = "SELECT 1 FROM token WHERE batch_id = :id AND revoked_at = :at"
    done = await store.write(
        Statement(update, values),
        told_if(entry, revoked_now, **values),
        Statement(ONE, {"id": str(batch_id)}),
    )
    if not done[2]:
        raise BatchNotFound
    return rows.batch(done[2][0])
