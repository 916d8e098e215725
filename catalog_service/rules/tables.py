"""Films as lines of CSV. Lists are separated by `|`; a credit is `role: name (character)`.

The slug says which film a line is about. An empty cell empties the field; a column that is not
there leaves it as it is.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from catalog_service.rules.films import slug as slug_of
from kit.contracts.catalog.changes import FilmNew, ImportProblem
from kit.contracts.catalog.errors import NotATable

COLUMNS = (
    "slug", "title", "synopsis", "year", "age_rating", "duration_seconds", "countries",
    "languages", "credits", "access_level", "price_amount", "currency", "opens_at", "closes_at",
    "video_guid", "trailer_guid", "categories", "tags", "series", "season", "episode",
)  # fmt: skip
READ_ONLY = frozenset({"id", "status"})  # in exports, ignored in imports
MAX_LINES = 20_000
_CREDIT = re.compile(r"^\s*([^:]+):\s*(.+?)\s*(?:\(([^()]*)\))?\s*$")
# A cell that a spreadsheet would take for a formula gets an apostrophe, which reading removes.
_FORMULA = re.compile(r"^'*[=+\-@\t\r]")


class Line:
    """One film of a table: its number in the file, its slug, and the fields that were given."""

    def __init__(self, number: int, slug: str, values: dict[str, Any], new: FilmNew) -> None:
        self.number = number
        self.slug = slug
        self.values = values
        self.new = new


def read(content: bytes) -> tuple[list[Line], list[ImportProblem]]:
    """Return the films of a table, and what is wrong in it; raise NotATable."""
    rows = csv.reader(io.StringIO(_text(content), newline=""), _dialect(content), strict=True)
    lines: list[Line] = []
    problems: list[ImportProblem] = []
    try:
        header = [each.strip().lower() for each in next(rows, [])]
        _check_header(header)
        for cells in rows:
            if any(cells):
                _line(rows.line_num, header, cells, lines, problems)
            if len(lines) + len(problems) > MAX_LINES:
                raise NotATable(f"This table has over {MAX_LINES} lines; send it in parts.")
    except csv.Error as error:
        raise NotATable(f"Line {rows.line_num}: {error}.") from error
    problems += _doubles(lines)
    return lines, sorted(problems, key=lambda each: each.line)


def write(films: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield a table's lines, for spreadsheets: UTF-8 with its mark."""
    yield b"\xef\xbb\xbf" + _encoded([*COLUMNS, "status", "id"])
    for film in films:
        yield _encoded([_safe(_cell(film.get(name))) for name in (*COLUMNS, "status", "id")])


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        raise NotATable("This file is not UTF-8; save it as “CSV UTF-8”.") from error


def _dialect(content: bytes) -> type[csv.Dialect]:
    """Return how the file is separated; French spreadsheets write semicolons."""
    first = content.split(b"\n", 1)[0]
    return _Semicolons if first.count(b";") > first.count(b",") else csv.excel


class _Semicolons(csv.excel):
    delimiter = ";"


def _check_header(header: list[str]) -> None:
    unknown = [each for each in header if each not in COLUMNS and each not in READ_ONLY]
    if unknown or "title" not in header or len(set(header)) < len(header):
        said = (
            f"unknown column {unknown[0]!r}" if unknown else "a title column, and no column twice"
        )
        raise NotATable(
            f"The first line must name the columns ({said}). Known: {', '.join(COLUMNS)}."
        )


def _line(
    number: int,
    header: list[str],
    cells: list[str],
    lines: list[Line],
    problems: list[ImportProblem],
) -> None:
    if len(cells) != len(header):
        detail = f"{len(cells)} cells where the header has {len(header)}."
        problems.append(ImportProblem(line=number, column="", detail=detail))
        return
    values: dict[str, Any] = {}
    bad: list[ImportProblem] = []
    for name, cell in zip(header, cells, strict=True):
        if name in READ_ONLY:
            continue
        try:
            values[name] = _value(name, _plain(cell.strip()))
        except ValueError as error:
            bad.append(ImportProblem(line=number, column=name, detail=str(error)))
    slug = values.pop("slug", None) or slug_of(str(values.get("title") or ""))
    series = values.pop("series", None)
    try:
        kept = {name: value for name, value in values.items() if value is not None}
        new = FilmNew.model_validate({**kept, "slug": slug})
    except ValidationError as error:
        bad += [_problem(number, each) for each in error.errors()]
    else:
        if not bad:
            given = values | ({"series": series} if "series" in header else {})
            lines.append(Line(number, slug, given, new))
    problems += bad


def _problem(number: int, error: Any) -> ImportProblem:  # noqa: ANN401  (pydantic's dict)
    column = str(error["loc"][0]) if error["loc"] else ""
    given = str(error.get("input", ""))[:60]
    return ImportProblem(line=number, column=column, detail=f"{error['msg']} (found {given!r}).")


def _value(name: str, cell: str) -> Any:  # noqa: ANN401  (as the field is)
    return _READERS.get(name, _words)(cell)


def _words(cell: str) -> str | None:
    return cell or None


def _number(cell: str) -> int | None:
    if not cell:
        return None
    try:
        return int(cell)
    except ValueError as error:
        raise ValueError(f"A whole number is wanted here (found {cell[:60]!r}).") from error


def _several(cell: str) -> list[str]:
    return [each.strip() for each in cell.split("|") if each.strip()]


def _credits(cell: str) -> list[dict[str, str]]:
    found = []
    for each in _several(cell):
        match = _CREDIT.match(each)
        if match is None:
            raise ValueError(
                f"Write credits as “role: name” or “role: name (character)”, not {each!r}."
            )
        role, name, character = match.groups()
        found.append({"role": role.strip(), "name": name, "character": character or ""})
    return found


_READERS: dict[str, Callable[[str], Any]] = {
    "year": _number,
    "age_rating": _number,
    "duration_seconds": _number,
    "price_amount": _number,
    "season": _number,
    "episode": _number,
    "countries": _several,
    "languages": _several,
    "categories": _several,
    "tags": _several,
    "credits": _credits,
}


def _doubles(lines: list[Line]) -> list[ImportProblem]:
    seen: dict[str, int] = {}
    found = []
    for line in lines:
        if line.slug in seen:
            detail = f"Line {seen[line.slug]} is about {line.slug!r} as well."
            found.append(ImportProblem(line=line.number, column="slug", detail=detail))
        seen.setdefault(line.slug, line.number)
    return found


def _cell(value: Any) -> str:  # noqa: ANN401  (as the field is)
    if value is None:
        return ""
    if isinstance(value, list):
        return " | ".join(_credit(each) if isinstance(each, dict) else str(each) for each in value)
    return str(value)


def _credit(credit: Mapping[str, str]) -> str:
    character = f" ({credit['character']})" if credit.get("character") else ""
    return f"{credit['role']}: {credit['name']}{character}"


def _safe(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell


def _plain(cell: str) -> str:
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def _encoded(cells: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out).writerow(cells)
    return out.getvalue().encode()
