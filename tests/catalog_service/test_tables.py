"""Films as CSV: out, in, in again, and what is said of a table with mistakes."""

import pytest
from fastapi import FastAPI

from kit.contracts.catalog.errors import NotATable
from kit.contracts.catalog.films import FilmQuery
from kit.contracts.catalog.shelves import SeriesNew
from kit.errors import Unauthenticated
from tests.factories.catalog import a_film, as_admin, as_stranger

ALL = FilmQuery(status="all")
TABLE = """\
slug,title,year,access_level,price_amount,currency,categories,tags,credits,synopsis
nuit,Nuit de Lomé,2025,ppv,1500,XOF,raw | art,A|B,director: Ama Kossi | cast: Efua (Reine),"A
B"
jour,Jour,,public,,,,,,
""".encode()


async def test_only_editors_bring_tables(app: FastAPI) -> None:
    with pytest.raises(Unauthenticated):
        await as_stranger(app).import_films(TABLE)
    with pytest.raises(Unauthenticated):
        await as_stranger(app).export_films()


async def test_a_dry_run_leaves_no_trace(app: FastAPI) -> None:
    report = await as_admin(app).import_films(TABLE)
    assert (report.dry_run, report.created, report.problems) == (True, 2, [])
    assert (await as_admin(app).films(ALL)).items == []
    assert (await as_admin(app).tags()).items == []


async def test_a_table_taken_in_twice_is_taken_in_once(app: FastAPI) -> None:
    client = as_admin(app)
    first = await client.import_films(TABLE, dry_run=False)
    second = await client.import_films(TABLE, dry_run=False)
    assert (first.created, first.changed, first.unchanged) == (2, 0, 0)
    assert (second.created, second.changed, second.unchanged) == (0, 0, 2)
    film = await client.film("nuit", everything=True)
    assert (film.title, film.year, film.access_level, film.price_amount) == (
        "Nuit de Lomé", 2025, "ppv", 1500,
    )  # fmt: skip
    assert film.synopsis == "A\nB"
    assert [(each.role, each.name, each.character) for each in film.credits] == [
        ("director", "Ama Kossi", ""),
        ("cast", "Efua", "Reine"),
    ]
    assert [each.slug for each in film.categories] == ["raw", "art"]


async def test_what_goes_out_comes_in_unchanged(app: FastAPI) -> None:
    client = as_admin(app)
    series = await client.create_series(SeriesNew(title="Les Rues"))
    await a_film(app, title="=2+2", synopsis="'quoted", series_id=series.id, tags=["A"])
    await a_film(app, title="Œuvre; à “lire”, ici", countries=["TG", "SN"], duration_seconds=60)
    table = await client.export_films()
    assert b",'=2+2," in table  # no spreadsheet takes it for a formula
    report = await client.import_films(table, dry_run=False)
    assert (report.created, report.changed, report.unchanged, report.problems) == (0, 0, 2, [])
    assert await client.export_films() == table


async def test_a_column_that_is_not_there_leaves_the_field_alone(app: FastAPI) -> None:
    film = await a_film(app, slug="nuit", year=2020, tags=["Ville"])
    table = b"slug;title;tags\r\nnuit;Nuit;\r\n"  # as a French spreadsheet writes it
    assert (await as_admin(app).import_films(table, dry_run=False)).changed == 1
    found = await as_admin(app).film(film.id, everything=True)
    assert (found.title, found.year, found.tags) == ("Nuit", 2020, [])


@pytest.mark.parametrize(
    ("line", "column", "said"),
    [
        ("a,A,20x5,,,", "year", "whole number"),
        ("a,A,1500,,,", "year", "greater than or equal to 1870"),
        ("a,,,,,", "title", "Field required"),
        ("a,A,,gratis,,", "access_level", "'public', 'vip' or 'ppv'"),
        ("a,A,,ppv,,", "", "needs a price"),
        ("a,A,,,nowhere,", "", "no category 'nowhere'"),
        ("a,A,,,,nowhere", "series", "no series 'nowhere'"),
        ("a,A", "", "2 cells where the header has 6"),
        ("A B,A,,,,", "slug", "pattern"),
        ("b,B,,,,", "slug", "Line 2 is about 'b' as well"),
    ],
)
async def test_a_mistake_is_told_with_its_line_and_nothing_is_written(
    app: FastAPI, line: str, column: str, said: str
) -> None:
    table = f"slug,title,year,access_level,categories,series\nb,B,,,,\n{line}\n".encode()
    report = await as_admin(app).import_films(table, dry_run=False)
    assert [(each.line, each.column) for each in report.problems] == [(3, column)]
    assert said in report.problems[0].detail
    assert (await as_admin(app).films(ALL)).items == []


@pytest.mark.parametrize(
    "table",
    [b"", b"\xff\xfe\x00", b"name\nA\n", b"slug\na\n", b"title,title\na,b\n", b'title\n"a'],
)
async def test_what_is_no_table_is_refused(app: FastAPI, table: bytes) -> None:
    with pytest.raises(NotATable):
        await as_admin(app).import_films(table)
