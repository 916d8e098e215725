"""Moments by the studio's clock, whatever is typed."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from admin_interface.rules.moments import (
    Span,
    beside,
    bounds,
    by_day,
    days_of,
    read_day,
    read_moment,
    read_seconds,
    typed_moment,
)

LAGOS = ZoneInfo("Africa/Lagos")  # an hour before Abidjan's


def test_what_is_typed_is_meant_by_the_studios_clock() -> None:
    at = read_moment("2026-11-21T18:30", LAGOS)
    assert at == datetime(2026, 11, 21, 17, 30, tzinfo=UTC)
    assert typed_moment(at, LAGOS) == "2026-11-21T18:30"
    assert (read_moment(" ", LAGOS), read_moment("demain", LAGOS)) == (None, "demain")


@pytest.mark.parametrize(
    ("span", "first", "last", "before", "after"),
    [
        ("month", "2026-01-26", "2026-03-01", "2026-01-31", "2026-03-01"),
        ("week", "2026-02-09", "2026-02-15", "2026-02-07", "2026-02-21"),
    ],
)
def test_a_span_has_whole_weeks_and_two_beside_it(
    span: Span, first: str, last: str, before: str, after: str
) -> None:
    days = days_of(span, date(2026, 2, 14))
    assert (days[0][0].isoformat(), days[-1][-1].isoformat()) == (first, last)
    assert tuple(map(str, beside(span, date(2026, 2, 14)))) == (before, after)
    start, end = bounds(days, LAGOS)
    assert (start.date().isoformat(), start.utcoffset()) == (first, end.utcoffset())


def test_what_falls_after_midnight_there_falls_on_the_next_day() -> None:
    late, early = datetime(2026, 11, 21, 23, 30, tzinfo=UTC), datetime(2026, 11, 22, 1, tzinfo=UTC)
    assert by_day([(early, "b"), (late, "a")], LAGOS) == {date(2026, 11, 22): ["a", "b"]}


@pytest.mark.parametrize("typed", ["", "2026-13-01", "hier", "0001-01-01", "9999-12-31"])
def test_a_day_that_is_none_is_today(typed: str) -> None:
    assert read_day(typed, date(2026, 11, 21)) == date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("1:02:07", 3727.0), ("4:09", 249.0), ("62", 62.0), ("1:02,5", 62.5), ("x:1", "x:1")],
)
def test_a_place_in_a_film_is_read(typed: str, seconds: float | str) -> None:
    assert read_seconds(typed) == seconds
