"""Many films at once: one change to all, tables in and out."""

from collections.abc import AsyncIterator
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from catalog_service.actions import films as filming
from catalog_service.queries import films, shelves
from catalog_service.queries.derived import derive
from catalog_service.rules import films as rules
from catalog_service.rules import tables
from kit import clock
from kit.auth import Caller
from kit.contracts.catalog.changes import (
    BulkChange,
    BulkResult,
    FilmChange,
    FilmNew,
    ImportProblem,
    ImportReport,
)
from kit.contracts.catalog.errors import SeriesNotFound
from kit.db import Sessions
from kit.errors import AppError
from kit.events import audit


class Undone(Exception):
    """Leaves a savepoint without a trace."""


class _Counts:
    """What became of the lines of a table."""

    def __init__(self) -> None:
        self.ids: list[UUID] = []
        self.created = self.changed = self.unchanged = 0


async def change_films(session: AsyncSession, caller: Caller, change: BulkChange) -> BulkResult:
    """Make one change to all these films, or to none of them."""
    found = await films.films_for_update(session, change.ids)
    ids = [film.id for film in found]
    added = {each.id for each in await shelves.categories(session, change.add_categories)}
    if change.remove_categories:
        await shelves.take_categories(session, ids, change.remove_categories)
    if change.remove_tags:
        await shelves.take_tags(session, ids, change.remove_tags)
    await shelves.put_categories(session, ids, added)
    tags = {each.id for each in await shelves.tags(session, change.add_tags)}
    await shelves.put_tags(session, ids, tags)
    given = change.model_dump(
        mode="json", include={"access_level", "price_amount", "currency"}, exclude_none=True
    )
    for film in found:
        for name, value in given.items():
            setattr(film, name, value)
        rules.check_film(film)
        film.updated_at = clock.now()
        film.origin = "admin"
    await derive(session, ids)
    details = change.model_dump(mode="json", exclude_defaults=True)
    await audit(session, caller, "films.changed", "", details)
    return BulkResult(changed=len(ids), missing=sorted(set(change.ids) - set(ids)))


async def import_films(
    session: AsyncSession, caller: Caller, content: bytes, *, dry_run: bool
) -> ImportReport:
    """Take a table in, whole or not at all; a dry run does everything and leaves no trace."""
    lines, problems = tables.read(content)
    counts = _Counts()
    try:
        async with session.begin_nested():
            for line in lines:
                problem = await _take(session, line, counts)
                problems += [problem] if problem else []
            if problems or dry_run:
                raise Undone  # noqa: TRY301  (the way to leave a savepoint)
            await derive(session, counts.ids)
            await audit(session, caller, "films.imported", "", {"films": len(counts.ids)})
    except Undone:
        pass
    return ImportReport(
        dry_run=dry_run,
        created=counts.created,
        changed=counts.changed,
        unchanged=counts.unchanged,
        problems=sorted(problems, key=lambda each: each.line),
    )


async def export_films(sessions: Sessions) -> AsyncIterator[bytes]:
    """Yield all films as a table, some at a time."""
    after: UUID | None = None
    header = True
    while True:
        async with sessions() as session:
            found = await films.table(session, after)
        for number, line in enumerate(tables.write(found)):
            if number or header:
                yield line
        header = False
        if not found:
            return
        after = found[-1]["id"]


async def _take(session: AsyncSession, line: tables.Line, counts: _Counts) -> ImportProblem | None:
    """Make or change the film of one line; return what is wrong with it."""
    try:
        async with session.begin_nested():
            await _write(session, line, counts)
    except SeriesNotFound:
        detail = f"There is no series {line.values.get('series')!r}; make it first."
        return ImportProblem(line=line.number, column="series", detail=detail)
    except AppError as error:
        return ImportProblem(line=line.number, column="", detail=error.detail)
    except ValidationError as error:
        return ImportProblem(line=line.number, column="", detail=error.errors()[0]["msg"])
    except IntegrityError:
        detail = "Another film was changed at the same moment; import again."
        return ImportProblem(line=line.number, column="", detail=detail)
    return None


async def _write(session: AsyncSession, line: tables.Line, counts: _Counts) -> None:
    values = dict(line.values)
    if "series" in values:
        ref = values.pop("series")
        values["series_id"] = (await shelves.series(session, ref)).id if ref else None
    film = await films.film_or_none(session, line.slug, lock=True)
    if film is None:
        kept = {name: value for name, value in values.items() if value is not None}
        new = FilmNew.model_validate({**kept, "slug": line.slug})
        film = await filming.make(session, new)
        counts.created += 1
    elif await filming.alter(session, film, FilmChange.model_validate(values)):
        counts.changed += 1
    else:
        counts.unchanged += 1
        return
    counts.ids.append(film.id)
