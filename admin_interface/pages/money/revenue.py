"""Revenue: what came in, drawn by period and by what, as a table too."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import show
from admin_interface.pages.staff import acting
from admin_interface.rules.charts import Bar, Total, bars, totals
from kit import clock
from kit.contracts.payments.order_stories import ProviderSeen
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.revenue import RevenueClient, RevenueQuery, RevenueRow, TableForm
from kit.schema import Schema

router = APIRouter()
Revenues = Annotated[RevenueClient, acting(RevenueClient)]
Payments = Annotated[OrdersClient, acting(OrdersClient)]
SPANS = {"30": ("day", 30), "90": ("week", 91), "365": ("month", 365)}
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Drawn(Schema):
    """One currency: its total, its bars, and each group's part."""

    currency: str
    total: Total
    bars: list[Bar]
    groups: list[Total]


class RevenueView(Schema):
    currencies: list[Drawn]
    rows: list[RevenueRow]
    span: str
    group: str
    is_test: bool
    troubled: list[ProviderSeen]


@router.get("/money")
async def revenue(
    request: Request,
    revenues: Revenues,
    payments: Payments,
    span: str = "30",
    group: str = "kind",
    test: bool = False,
) -> Response:
    asked = _asked(span, group, test=test)
    rows = (await revenues.revenue(asked)).items
    providers = (await payments.providers()).items
    view = RevenueView(
        currencies=_drawn(rows, asked),
        rows=rows,
        span=span if span in SPANS else "30",
        group=asked.group.value,
        is_test=test,
        troubled=[each for each in providers if each.trouble or each.is_paused],
    )
    return show(request, "pages/money/revenue.html", view)


@router.get("/money/revenue.{form}")
async def table(
    form: TableForm,
    revenues: Revenues,
    span: str = "30",
    group: str = "kind",
    test: bool = False,
) -> Response:
    asked = _asked(span, group, test=test)
    headers = {
        "Content-Disposition": f'attachment; filename="revenue-{asked.since}-{asked.until}.{form}"',
        "Cache-Control": "no-store",
    }
    body = await revenues.revenue_table(asked, form)
    return Response(body, media_type=MEDIA[form], headers=headers)


def _asked(span: str, group: str, *, test: bool) -> RevenueQuery:
    step, days = SPANS.get(span, SPANS["30"])
    today = clock.now().date()
    return checked(
        RevenueQuery,
        {
            "since": _first(today - timedelta(days=days - 1), step),
            "until": today,
            "step": step,
            "group": group or "kind",
            "is_test": test,
        },
    )


def _first(day: date, step: str) -> date:
    """Return the beginning of the period a day is in, so that the first bar is a whole one."""
    if step == "month":
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step == "week" else day


def _drawn(rows: list[RevenueRow], asked: RevenueQuery) -> list[Drawn]:
    by_currency: dict[str, list[RevenueRow]] = defaultdict(list)
    for row in rows:
        by_currency[row.currency].append(row)
    return [
        Drawn(
            currency=currency,
            total=totals(found, lambda _: "")[0],
            bars=bars(found, asked.since, asked.until, asked.step),
            groups=totals(found, lambda row: row.group),
        )
        for currency, found in sorted(by_currency.items())
    ]
