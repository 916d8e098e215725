"""What came in: summed up by period, kind, provider and country; test money apart."""

import io
import zipfile
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from fastapi import FastAPI

from kit.contracts.payments.errors_revenue import PeriodTooLong
from kit.contracts.payments.revenue import Group, RevenueClient, RevenueQuery, Step
from payments_service.models.orders import Attempt, Order
from tests.payments_service.conftest import _signer
from tests.wiring import http

MARCH = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
YEAR = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}


def of_staff(app: FastAPI) -> RevenueClient:
    return RevenueClient(http(app), _signer("admin_interface", "payments_service"))


async def paid(app: FastAPI, at: datetime, amount: int, **more: object) -> None:
    values: dict[str, object] = {
        "payer": "anyone",
        "key": str(uuid4()),
        "input_hash": "x",
        "kind": "film",
        "subject": "one",
        "title": "Sira",
        "list_amount": amount,
        "amount": amount,
        "currency": "XOF",
        "state": "fulfilled",
        "country": "CI",
        "paid_at": at,
        "expires_at": at,
        "created_at": at,
    }
    async with app.state.database.sessions.begin() as session:
        order = Order(**(values | more))
        session.add(order)
        await session.flush()
        session.add(
            Attempt(
                order_id=order.id,
                key="once",
                input_hash="x",
                provider="fedapay",
                method="mtn",
                amount=amount,
                currency=order.currency,
                state="approved",
                fee=amount // 50,
                is_matched=True,
                created_at=at,
                updated_at=at,
            )
        )


async def test_what_came_in_is_summed_up_by_day_and_kind(alone: FastAPI) -> None:
    await paid(alone, MARCH, 1000)
    await paid(alone, MARCH, 500, refunded_amount=200)
    await paid(alone, MARCH + timedelta(hours=1), 300, kind="coins")
    await paid(alone, MARCH, 999, is_test=True)
    found = (await of_staff(alone).revenue(RevenueQuery(**YEAR))).items
    told = [(row.period.day, row.group, row.orders, row.gross_amount) for row in found]
    assert told == [(2, "film", 2, 1500), (3, "coins", 1, 300)]
    assert (found[0].refunded_amount, found[0].fee_amount) == (200, 30)


@pytest.mark.parametrize(
    ("group", "name"), [(Group.provider, "fedapay"), (Group.country, "CI"), (Group.kind, "film")]
)
async def test_currencies_are_kept_apart_in_each_group(
    alone: FastAPI, group: Group, name: str
) -> None:
    await paid(alone, MARCH, 1000)
    await paid(alone, MARCH, 1250, currency="EUR")
    asked = RevenueQuery(**YEAR, step=Step.month, group=group)
    found = (await of_staff(alone).revenue(asked)).items
    assert [(row.period, row.group, row.currency, row.gross_amount) for row in found] == [
        (date(2026, 3, 1), name, "EUR", 1250),
        (date(2026, 3, 1), name, "XOF", 1000),
    ]


async def test_the_same_comes_as_a_table(alone: FastAPI) -> None:
    await paid(alone, MARCH, 1250, currency="EUR")
    asked = RevenueQuery(**YEAR)
    text = (await of_staff(alone).revenue_table(asked, "csv")).decode("utf-8-sig").splitlines()
    assert text[1].split(",")[:5] == ["2026-03-02", "film", "EUR", "1", "12.50"]
    with zipfile.ZipFile(io.BytesIO(await of_staff(alone).revenue_table(asked, "xlsx"))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "2026-03-02" in sheet
    assert "<v>12.50</v>" in sheet


async def test_too_long_a_period_is_refused(alone: FastAPI) -> None:
    wrong = RevenueQuery(since=date(2020, 1, 1), until=date(2026, 1, 1))
    with pytest.raises(PeriodTooLong):
        await of_staff(alone).revenue(wrong)
