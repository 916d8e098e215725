"""The sample films: what they are, how they look, and that an upload goes on where it ended."""

import io
from pathlib import Path

import pytest
from PIL import Image

from kit.contracts.catalog.words import AccessLevel
from suite.demo import drawing, films, making, sound
from suite.demo.board import Board
from suite.demo.films import SAMPLES, Sample


def test_free_vip_and_sold_films_are_among_them() -> None:
    assert {sample.access_level for sample in SAMPLES} == set(AccessLevel)


def test_a_sold_film_has_its_price() -> None:
    sold = [sample for sample in SAMPLES if sample.access_level is AccessLevel.ppv]
    assert [sample.price_amount for sample in sold] == [500]


def test_one_series_has_two_episodes() -> None:
    assert sorted(sample.episode for sample in SAMPLES if sample.episode) == [1, 2]


def test_children_of_all_ages_find_some_and_one_is_not_for_the_smallest() -> None:
    assert sorted(sample.age_rating for sample in SAMPLES) == [0, 0, 0, 10]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.slug)
def test_its_poster_is_upright_and_its_title_fits(sample: Sample) -> None:
    frame = Image.new("RGB", (1280, 720), (200, 60, 40))
    found = drawing.poster(frame, sample.poster_left, sample.title, "Un film")
    assert found.size == drawing.POSTER
    right_edge = found.crop((drawing.POSTER[0] - 40, 0, *drawing.POSTER))
    bright = right_edge.convert("L").point(lambda grey: 255 if grey > 128 else 0)
    assert bright.getbbox() is None, "the title is cut off"


def test_a_melody_has_its_notes_in_order() -> None:
    formula = sound.plucks([0, 7], 2, base=220.0)
    assert "eq(mod(floor(t*2),2),1)*7" in formula


async def test_a_film_is_made_once_with_picture_and_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (making, films):
        monkeypatch.setattr(module, "SECONDS", 1)
    heard: list[int] = []
    made = await making.make(films.COLONY, tmp_path, heard.append)
    first = made.stat().st_mtime_ns
    assert (await making.make(films.COLONY, tmp_path, heard.append)).stat().st_mtime_ns == first
    assert made.stat().st_size > 10_000
    assert all(0 <= percent <= 99 for percent in heard)


async def test_poster_and_backdrop_are_cut_out_of_the_film(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SECONDS", 3)
    made = await making.make(films.COLONY, tmp_path, lambda percent: None)
    poster, backdrop = await making.pictures(films.COLONY, made)
    assert Image.open(io.BytesIO(poster)).size == drawing.POSTER
    assert Image.open(io.BytesIO(backdrop)).size == (1280, 720)


def test_progress_is_told_in_steps_where_lines_stay(capsys: pytest.CaptureFixture[str]) -> None:
    board = Board(["Vertige"])
    for percent in range(101):
        board.show("Vertige", "is sent", percent)
    board.show("Vertige", "online", 100)
    lines = capsys.readouterr().out.splitlines()
    assert 4 <= len(lines) <= 7
    assert lines[-1].split() == ["Vertige", "online"]
