"""Videos that are gone: listed, and decided about by people."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.actions import films as filming
from catalog_service.actions import publishing
from catalog_service.models import library
from catalog_service.queries import films
from catalog_service.queries import library as queries
from catalog_service.rules.films import SHOWN
from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.sync import Deletion, Deletions, Resolution
from kit.events import audit
from kit.pages import BadCursor, decode_cursor, encode_cursor


async def listed(
    session: AsyncSession, *, everything: bool, cursor: str | None, limit: int
) -> Deletions:
    after = films.as_id(str(decode_cursor(cursor, 1)[0])) if cursor else None
    if cursor and after is None:
        raise BadCursor
    rows = await queries.deletions(session, everything=everything, after=after, limit=limit + 1)
    items = [_wire(row, status) for row, status in rows[:limit]]
    last = encode_cursor(str(items[-1].id)) if len(rows) > limit else None
    return Deletions(items=items, next_cursor=last)


async def resolve(
    session: AsyncSession, caller: Caller, deletion_id: UUID, decided: Resolution
) -> Deletion:
    """Do what was decided about the film: nothing, withdraw it, or delete it."""
    row = await queries.deletion(session, deletion_id)
    film = await films.film_or_none(session, row.film_id, lock=True) if row.film_id else None
    if row.resolved_at is None:
        row.resolved_at, row.resolution = clock.now(), decided.value
        await audit(session, caller, f"deletion.{decided.value}", row.video_guid)
        await session.flush()
        if film and decided is Resolution.withdraw and film.status in SHOWN:
            await publishing.take_down(session, caller, film)
        if film and decided is Resolution.delete:
            await filming.delete(session, caller, str(film.id))
            row.film_id = film = None
    return _wire(row, film.status if film else None)


def _wire(row: library.Deletion, status: str | None) -> Deletion:
    return Deletion.model_validate({
        **{name: getattr(row, name, None) for name in Deletion.model_fields},
        "film_status": status,
    })  # fmt: skip
