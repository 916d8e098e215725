"""Numbers as bars: which periods there are, how high each bar is."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from kit.contracts.payments.revenue import RevenueRow, Step
from kit.schema import Schema

HEIGHT = 100


class Bar(Schema):
    """One period; `height` of 100. What went back is taken off."""

    period: date
    amount: int
    height: int


class Total(Schema):
    """`share`: of a hundred, of the largest of its list."""

    name: str
    orders: int
    gross: int
    refunded: int
    net: int
    share: int


def bars(rows: Sequence[RevenueRow], since: date, until: date, step: Step) -> list[Bar]:
    """Return a bar for every period between two days, those without revenue too."""
    sums = dict.fromkeys(_periods(since, until, step), 0)
    for row in rows:
        sums[row.period] = sums.get(row.period, 0) + row.gross_amount - row.refunded_amount
    most = max([1, *sums.values()])
    return [
        Bar(period=period, amount=amount, height=max(0, amount) * HEIGHT // most)
        for period, amount in sorted(sums.items())
    ]


def totals(rows: Sequence[RevenueRow], name: Callable[[RevenueRow], str]) -> list[Total]:
    """Return what each group came to, the largest first."""
    found: dict[str, list[RevenueRow]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row)
    most = max([1, *(_net(group) for group in found.values())])
    made = [
        Total(
            name=key,
            orders=sum(row.orders for row in group),
            gross=sum(row.gross_amount for row in group),
            refunded=sum(row.refunded_amount for row in group),
            net=_net(group),
            share=max(0, _net(group)) * 100 // most,
        )
        for key, group in found.items()
    ]
    return sorted(made, key=lambda total: (-total.net, total.name))


def _net(rows: Sequence[RevenueRow]) -> int:
    return sum(row.gross_amount - row.refunded_amount for row in rows)


def _periods(since: date, until: date, step: Step) -> list[date]:
    found, day = [], since
    while day <= until:
        found.append(day)
        if step is Step.month:
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            day += timedelta(days=7 if step is Step.week else 1)
    return found
