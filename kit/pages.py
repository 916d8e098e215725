"""Lists, a page at a time: an opaque cursor holds the sort values of the last item."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Annotated, Generic, TypeVar

import orjson
from pydantic import Field

from kit.errors import Invalid
from kit.schema import Schema

Item = TypeVar("Item")
Value = str | int | float | bool | None

Limit = Annotated[int, Field(ge=1, le=200, description="how many items at most")]
MAXIMUM = 200


class BadCursor(Invalid):
    """This cursor is not one of ours; take `next_cursor` from the page before, or leave it out."""


class Page(Schema, Generic[Item]):
    """A page of a list; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None = None


def encode_cursor(*values: Value) -> str:
    return urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def decode_cursor(cursor: str, length: int) -> list[Value]:
    """Return the values inside a cursor; raise BadCursor unless there are `length` of them."""
    try:
        values = orjson.loads(urlsafe_b64decode(cursor.encode("ascii") + b"=="))
    except ValueError as error:
        raise BadCursor from error
    if not isinstance(values, list) or len(values) != length:
        raise BadCursor
    if any(isinstance(value, dict | list) for value in values):
        raise BadCursor
    return values
