"""What the audit log must still be told; written with the deed, deleted once it was told."""

from collections.abc import Sequence

import orjson

from kit.contracts.accounts import AuditEntryNew
from tokens_service.models import Statement, Store, Value
from tokens_service.queries import rows


def told_if(entry: AuditEntryNew, condition: str, **values: Value) -> Statement:
    """Return the step that notes a deed where `condition` shows that it was done."""
    sql = f"""
        INSERT INTO outbox (id, body) SELECT :entry_id, :entry WHERE EXISTS ({condition})
        ON CONFLICT DO NOTHING
    """
    return Statement(sql, {"entry_id": str(entry.id), "entry": entry.model_dump_json(), **values})


async def untold(store: Store, limit: int) -> list[AuditEntryNew]:
    found = await store.read(
        Statement("SELECT id, body FROM outbox ORDER BY id LIMIT :limit", {"limit": limit})
    )
    return [AuditEntryNew.model_validate_json(rows.text(row, "body")) for row in found]


async def forget(store: Store, entries: Sequence[AuditEntryNew]) -> None:
    ids = orjson.dumps([str(entry.id) for entry in entries]).decode()
    sql = "DELETE FROM outbox WHERE id IN (SELECT value FROM json_each(:ids))"
    await store.write(Statement(sql, {"ids": ids}))
