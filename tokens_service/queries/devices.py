"""Devices: the slots of tokens that have a limited number of them."""

from datetime import datetime
from uuid import UUID

from kit.contracts.accounts import AuditEntryNew
from tokens_service.models import DeviceRow, Statement, Store, Value, stored
from tokens_service.queries import rows
from tokens_service.queries.outbox import told_if

OF_TOKEN = "SELECT id, first_seen_at FROM device WHERE token_id = :token_id ORDER BY first_seen_at"  # noqa: S105
TAKE = """
    INSERT INTO device (token_id, id, first_seen_at) SELECT :token_id, :device, :at
    WHERE (SELECT count(*) FROM device WHERE token_id = :token_id)
        < (SELECT max_devices FROM token WHERE id = :token_id)
    ON CONFLICT DO NOTHING
"""


async def devices(store: Store, token_id: UUID) -> list[DeviceRow]:
    found = await store.read(Statement(OF_TOKEN, {"token_id": str(token_id)}))
    return [rows.device(row) for row in found]


async def take(store: Store, token_id: UUID, device: str, at: datetime) -> list[DeviceRow]:
    """Give the device a slot if one is free; return who has slots now."""
    values: dict[str, Value] = {"token_id": str(token_id), "device": device, "at": stored(at)}
    done = await store.write(
        Statement(TAKE, values), Statement(OF_TOKEN, {"token_id": str(token_id)})
    )
    return [rows.device(row) for row in done[1]]


async def free(store: Store, token_id: UUID, device: str | None, entry: AuditEntryNew) -> None:
    """Free the slot of one device, or of all."""
    values: dict[str, Value] = {"token_id": str(token_id)}
    which = "token_id = :token_id"
    if device is not None:
        which += " AND id = :device"
        values["device"] = device
    # Told first: afterwards there is nothing left to see it by.
    told = told_if(entry, f"SELECT 1 FROM device WHERE {which}", **values)  # noqa: S608
    await store.write(told, Statement(f"DELETE FROM device WHERE {which}", values))  # noqa: S608
