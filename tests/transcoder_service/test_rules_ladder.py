"""Which renditions a film gets, on which grid, in which parts."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transcoder_service.rules import pace
from transcoder_service.rules.frames import Grid, grid_at, parts_of
from transcoder_service.rules.ladder import AUDIOS, FIRST_PASS, RUNGS, ladder, passes
from transcoder_service.rules.sources import Picture

EVERY = frozenset[str]()
AT_25 = grid_at(Fraction(25))


@pytest.mark.parametrize(
    ("size", "names"),
    [
        ((1920, 1080), ["144p", "240p-low", "240p", "360p", "480p", "720p", "1080p"]),
        ((3840, 2160), [rung.name for rung in RUNGS]),
        ((1280, 720), ["144p", "240p-low", "240p", "360p", "480p", "720p"]),
        ((1920, 804), ["144p", "240p-low", "240p", "360p", "480p", "720p", "1080p"]),
        ((720, 1280), ["144p", "240p-low", "240p", "360p", "480p", "720p"]),
        ((640, 480), ["144p", "240p-low", "240p", "360p", "480p"]),
        ((1906, 1072), ["144p", "240p-low", "240p", "360p", "480p", "720p", "1080p"]),
        ((96, 64), ["144p"]),
    ],
)
def test_a_film_gets_the_rungs_that_do_not_enlarge_it(
    size: tuple[int, int], names: list[str]
) -> None:
    assert [rung.name for rung in ladder(size, AT_25, EVERY)] == names


@given(st.integers(16, 8192), st.integers(16, 8192))
def test_no_rung_is_larger_than_the_film_nor_odd_nor_distorted(width: int, height: int) -> None:
    for rung in ladder((width, height), AT_25, EVERY):
        assert rung.width % 2 == rung.height % 2 == 0
        assert rung.width <= width + 1
        assert rung.height <= height + 1
        assert abs(rung.width * height - rung.height * width) <= 2 * max(width, height)


def test_only_the_resolutions_asked_for_are_made() -> None:
    made = ladder((1920, 1080), AT_25, frozenset(("240p", "720p")))
    assert [rung.name for rung in made] == ["240p-low", "240p", "720p"]


def test_resolutions_that_would_all_enlarge_the_film_leave_it_at_its_own_size() -> None:
    (rung,) = ladder((640, 360), AT_25, frozenset(("1080p",)))
    assert (rung.name, rung.width, rung.height) == ("1080p", 640, 360)


def test_the_small_rungs_come_first() -> None:
    first, rest = passes(ladder((1920, 1080), AT_25, EVERY))
    assert {rung.name for rung in first} == FIRST_PASS
    assert [rung.name for rung in rest] == ["480p", "720p", "1080p"]


def test_one_rung_stays_under_192_kilobits_with_its_sound() -> None:
    """The cap, half a buffer in three seconds, the sound, and 4 % of containers (Apple 9.21)."""
    kilobits = {audio.name: audio.kilobits for audio in AUDIOS}
    for rung in RUNGS[:2]:
        peak = rung.kilobits + rung.buffer / 2 / 3 + kilobits[rung.audio] * 1.1
        assert peak * 1.04 < 192


@pytest.mark.parametrize(
    ("rate", "natural", "gop"),
    [
        (Fraction(24000, 1001), Fraction(24000, 1001), 48),
        (Fraction(24), Fraction(24), 48),
        (Fraction(25), Fraction(25), 50),
        (Fraction(30000, 1001), Fraction(30000, 1001), 60),
        (Fraction(2997, 100), Fraction(30000, 1001), 60),
        (Fraction(50), Fraction(50), 100),
        (Fraction(60), Fraction(60), 120),
        (Fraction(120), Fraction(60), 120),
        (Fraction(240), Fraction(60), 120),
        (Fraction(2683, 100), Fraction(30000, 1001), 60),
        (Fraction(1), Fraction(10), 20),
    ],
)
def test_a_film_keeps_its_natural_rate_up_to_sixty(
    rate: Fraction, natural: Fraction, gop: int
) -> None:
    assert grid_at(rate) == Grid(natural, gop)


@given(st.fractions(Fraction(1, 10), 300), st.sampled_from(RUNGS))
def test_every_rung_has_whole_groups_of_pictures_near_two_seconds(
    rate: Fraction, rung: object
) -> None:
    shape = grid_at(rate)
    assert abs(shape.gop / shape.rate - 2) <= Fraction(1, 4)
    for made in ladder((3840, 2160), shape, EVERY):
        assert shape.gop % made.step == 0
        assert shape.rate / made.step >= 6
        if made.name == "144p":
            assert shape.rate / made.step <= 16


@given(st.integers(1, 2_000_000), st.integers(1, 16))
def test_parts_follow_each_other_from_the_first_frame_to_the_last(total: int, cores: int) -> None:
    made = parts_of(total, AT_25, cores)
    assert made[0].first == 0
    assert sum(part.frames for part in made) == total
    for earlier, later in pairwise(made):
        assert later.first == earlier.first + earlier.frames
        assert later.first % AT_25.segment == 0
    assert all(part.frames > AT_25.rate for part in made[1:])
    assert all(part.frames <= (5 + 4) * AT_25.segment for part in made)


def test_the_first_part_is_short_so_that_watching_can_begin() -> None:
    assert parts_of(25 * 300, AT_25, 2)[0].frames == 25 * 12


def test_parts_begin_close_after_a_key_frame_of_the_source() -> None:
    keys = [10.0 * number for number in range(30)]
    made = parts_of(25 * 300, AT_25, 2, keys)
    starts = [part.first / 25 for part in made]
    assert starts[:2] == [0, 12]
    assert all(start % 10 == 2 for start in starts[2:])
    assert sum(part.frames for part in made) == 25 * 300


HD = Picture(index=0, codec="h264", width=1920, height=1080)


def test_reading_a_film_costs_about_a_tenth_of_making_its_ladder() -> None:
    rungs = ladder((1920, 1080), AT_25, EVERY)
    assert 0.05 < pace.cost(HD, ()) / pace.cost(HD, rungs) < 0.25


@pytest.mark.parametrize(("whole_pace", "seconds"), [(4.0, 60), (1.25, 60), (0.625, 360)])
def test_the_slower_the_work_the_further_small_renditions_go_ahead(
    whole_pace: float, seconds: float
) -> None:
    assert pace.lead(600, whole_pace, 60) == pytest.approx(seconds)


@given(st.floats(10, 10_000), st.floats(0.01, 10))
def test_who_watches_from_the_beginning_is_never_overtaken(film: float, whole_pace: float) -> None:
    """At the film's end, `lead` and what was made meanwhile are at least what was watched."""
    ahead = pace.lead(film, whole_pace, 0)
    assert ahead + film * whole_pace >= film * (1 - 1e-9)
