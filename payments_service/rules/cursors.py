"""Where a page of a list goes on: after the id of the last item. Pure."""

from uuid import UUID

from kit.pages import BadCursor, decode_cursor


def before(cursor: str | None) -> UUID | None:
    """Return the id that the next page comes after; raise BadCursor."""
    if cursor is None:
        return None
    try:
        return UUID(str(decode_cursor(cursor, 1)[0]))
    except ValueError as error:
        raise BadCursor from error
