"""What one target was like, and when."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from kit.contracts import sentinel as wire
from kit.contracts.sentinel import History, NothingWatched
from kit.db import Database
from kit.pages import BadCursor, decode_cursor, encode_cursor
from sentinel import queries
from sentinel.actions.watching import Watch

ALWAYS = datetime.fromisoformat("2000-01-01T00:00:00+00:00")


async def history(watch: Watch, name: str, cursor: str | None, limit: int) -> History:
    """Return the changes of one target; without the database, those of this process."""
    if name not in watch.board.seen:
        raise NothingWatched
    before = _place(cursor)
    if watch.database is not None:
        try:
            return await _kept(watch.database, name, before, limit)
        except (SQLAlchemyError, OSError):
            watch.is_history_kept = False
    found = [wire.Change(state=one.state, at=one.at, detail=one.detail)
             for one in reversed(watch.lately) if one.key == name]  # fmt: skip
    return History(items=found[:limit], is_complete=False, absences=[])


async def _kept(
    database: Database, name: str, before: tuple[datetime, UUID] | None, limit: int
) -> History:
    async with database.reads() as session:
        rows = await queries.changes(session, name, before, limit + 1)
        shown = rows[:limit]
        absences = await queries.absences(session, shown[-1].at if shown else ALWAYS)
    last = shown[-1] if len(rows) > limit else None
    after = encode_cursor(last.at.isoformat(), str(last.id)) if last else None
    return History(
        items=[wire.Change.model_validate(row) for row in shown],
        next_cursor=after,
        is_complete=True,
        absences=[wire.Absence.model_validate(row) for row in absences],
    )


def _place(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    at, change_id = decode_cursor(cursor, 2)
    try:
        place = datetime.fromisoformat(str(at)), UUID(str(change_id))
    except ValueError as error:
        raise BadCursor from error
    if place[0].tzinfo is None:
        raise BadCursor
    return place
