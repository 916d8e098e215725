"""Months and years on the calendar, always counted from one day: 31 January, 28 February, 31 March.

A period that ends earlier because its month is short does not shorten those that follow.
"""

import calendar
from datetime import datetime, timedelta

from kit.contracts.payments.subscriptions import Interval

DAY = timedelta(days=1)
MONTHS = {Interval.month: 1, Interval.year: 12}
SHORTEST = {Interval.month: 28 * DAY, Interval.year: 365 * DAY}


def later(at: datetime, interval: Interval, count: int = 1) -> datetime:
    """Return the same day so many intervals later, or the last of a month that has no such day."""
    month = at.month - 1 + MONTHS[interval] * count
    year, month = at.year + month // 12, month % 12 + 1
    return at.replace(year=year, month=month, day=min(at.day, calendar.monthrange(year, month)[1]))


def next_end(anchor: datetime, interval: Interval, after: datetime) -> datetime:
    """Return the first end of an interval counted from `anchor` that is a whole one after `after`.

    Whatever the two are, nobody gets less than the shortest month or year for their money.
    """
    months = (after.year - anchor.year) * 12 + after.month - anchor.month
    count = max(1, months // MONTHS[interval])
    while later(anchor, interval, count) - after < SHORTEST[interval]:
        count += 1
    return later(anchor, interval, count)


def whole_days(start: datetime, end: datetime) -> int:
    """Return how many whole days there are between; a day begun does not count."""
    return max(0, (end - start) // DAY)
