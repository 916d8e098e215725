"""Rows of the store as what they mean."""

from uuid import UUID

from kit.contracts.tokens import AccessLevel
from tokens_service.models import BatchRow, DeviceRow, Row, TokenRow, moment

COLUMNS = """
    id, lookup, key_id, sealed, access_level, video_id, title, label, created_at, expires_at,
    revoked_at, max_devices, batch_id, request, account_id, linked_at,
    (SELECT count(*) FROM device WHERE device.token_id = token.id) AS devices
"""
BATCH_COLUMNS = """
    id, title, label, access_level, video_id, max_devices, count, created_at, expires_at, request,
    (SELECT count(*) FROM token WHERE token.batch_id = batch.id AND token.revoked_at IS NOT NULL)
        AS revoked
"""


def token(row: Row) -> TokenRow:
    return TokenRow(
        id=UUID(text(row, "id")),
        lookup=text(row, "lookup"),
        key_id=text(row, "key_id"),
        sealed=text(row, "sealed"),
        access_level=AccessLevel(text(row, "access_level")),
        video_id=optional_text(row, "video_id"),
        title=text(row, "title"),
        label=text(row, "label"),
        created_at=moment(number(row, "created_at")),
        expires_at=moment(number(row, "expires_at")),
        revoked_at=None if row["revoked_at"] is None else moment(number(row, "revoked_at")),
        max_devices=None if row["max_devices"] is None else number(row, "max_devices"),
        batch_id=None if row["batch_id"] is None else UUID(text(row, "batch_id")),
        request=text(row, "request"),
        devices=number(row, "devices"),
        account_id=None if row["account_id"] is None else UUID(text(row, "account_id")),
        linked_at=None if row["linked_at"] is None else moment(number(row, "linked_at")),
    )


def batch(row: Row) -> BatchRow:
    return BatchRow(
        id=UUID(text(row, "id")),
        title=text(row, "title"),
        label=text(row, "label"),
        access_level=AccessLevel(text(row, "access_level")),
        video_id=optional_text(row, "video_id"),
        max_devices=None if row["max_devices"] is None else number(row, "max_devices"),
        count=number(row, "count"),
        created_at=moment(number(row, "created_at")),
        expires_at=moment(number(row, "expires_at")),
        request=text(row, "request"),
        revoked=number(row, "revoked"),
    )


def device(row: Row) -> DeviceRow:
    return DeviceRow(id=text(row, "id"), first_seen_at=moment(number(row, "first_seen_at")))


def text(row: Row, column: str) -> str:
    found = row[column]
    if not isinstance(found, str):
        raise TypeError(f"{column} is no text")
    return found


def optional_text(row: Row, column: str) -> str | None:
    return None if row[column] is None else text(row, column)


def number(row: Row, column: str) -> int:
    found = row[column]
    if not isinstance(found, int):
        raise TypeError(f"{column} is no number")
    return found
