"""Moments as the studio's clock shows them: typed, written, and laid out by day."""

from calendar import Calendar
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

Span = Literal["month", "week"]
Placed = TypeVar("Placed")
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 12, 31)


def read_moment(typed: str, zone: ZoneInfo) -> Any:  # noqa: ANN401  (what is no moment stays as typed)
    """Return what a browser's datetime-local says, in that zone; None when it is empty."""
    if not typed.strip():
        return None
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone)
    except ValueError:
        return typed


def typed_moment(at: datetime, zone: ZoneInfo) -> str:
    """Return a moment as a datetime-local field wants it."""
    return at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")


def read_day(typed: str, today: date) -> date:
    """Return a day typed as YYYY-MM-DD; today, if it is none."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return today
    return day if EARLIEST <= day <= LATEST else today


def days_of(span: Span, day: date) -> list[list[date]]:
    """Return the weeks, from Monday on, of the month or the week around a day."""
    if span == "month":
        return Calendar().monthdatescalendar(day.year, day.month)
    monday = day - timedelta(days=day.weekday())
    return [[monday + timedelta(days=number) for number in range(7)]]


def beside(span: Span, day: date) -> tuple[date, date]:
    """Return a day of the span before, and one of the span after."""
    if span == "week":
        return day - timedelta(days=7), day + timedelta(days=7)
    first = day.replace(day=1)
    return first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)


def bounds(days: Sequence[Sequence[date]], zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the first day begins, and when the last one is over."""
    first, last = days[0][0], days[-1][-1] + timedelta(days=1)
    return datetime.combine(first, time(), zone), datetime.combine(last, time(), zone)


def by_day(placed: Iterable[tuple[datetime, Placed]], zone: ZoneInfo) -> dict[date, list[Placed]]:
    """Return what falls on each day of that zone, in order of time."""
    found: dict[date, list[Placed]] = {}
    for at, each in sorted(placed, key=lambda pair: pair[0]):
        found.setdefault(at.astimezone(zone).date(), []).append(each)
    return found


def read_seconds(typed: str) -> float | str:
    """Read "1:02:07", "4:09" or "62" as seconds; what is none of these stays as it is."""
    parts = typed.replace(",", ".").split(":")
    try:
        return float(sum(float(part) * 60**place for place, part in enumerate(reversed(parts))))
    except (ValueError, OverflowError):
        return typed
