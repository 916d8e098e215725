"""Invoices and credit notes: no gaps, no changes, tax to the last minor unit, prints that agree."""

import asyncio
import logging
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.errors import PaperNotFound
from kit.contracts.payments.papers import Paper, PaperQuery
from kit.contracts.payments.papers_client import PapersClient
from kit.contracts.payments.refunds import RefundNew
from kit.db import Database
from payments_service.actions.papers import writing
from payments_service.actions.tools import Tools
from payments_service.models.ledger import Kind
from payments_service.models.orders import Order
from payments_service.models.papers import Capture, Invoice, Refund
from payments_service.pages import paper as page
from payments_service.pages.words import WORDS
from payments_service.rules import taxes
from payments_service.rules.accounts import coins_owed, income
from tests.cast import ALICE, BOB, DANA
from tests.conftest import Start
from tests.factories.payments import as_person, as_service, as_stranger
from tests.factories.selling import PRICE, a_key
from tests.payments_service.books import fetched, refused
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import bought, dana, ended, until
from tests.payments_service.papering import an_order, invoiced
from tests.payments_service.paying import Shop, a_shop


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start, tax_percent="18", seller_address="12 rue X|Lomé") as found:
        yield found


@pytest.fixture
def tools(settings: MakeSettings, database: Database) -> Tools:
    return Tools(settings(tax_percent="18", seller_email="compta@example.org"), database)


async def test_many_writers_and_those_who_fail_leave_no_gap(
    tools: Tools, database: Database
) -> None:
    orders = [await an_order(database) for _ in range(12)]

    async def failing(order_id: UUID) -> None:
        async with database.sessions() as session:
            await writing.write_invoice(session, tools, order_id)
            await session.rollback()

    # Each is written by two at once, and by a third whose transaction is undone.
    await asyncio.gather(
        *(invoiced(tools, one) for one in orders),
        *(failing(one) for one in orders[:6]),
        *(invoiced(tools, one) for one in reversed(orders)),
    )
    rows = await fetched(database, "SELECT number, order_id FROM invoice ORDER BY number")
    assert [number for number, _ in rows] == list(range(1, 13))
    assert {order for _, order in rows} == set(orders)


async def test_the_database_refuses_gaps_and_changes(tools: Tools, database: Database) -> None:
    await invoiced(tools, await an_order(database))
    for statement in (
        "UPDATE invoice SET total_amount = 1",
        "DELETE FROM invoice",
        "UPDATE invoice_series SET last_number = 5",
        "UPDATE invoice_series SET last_number = last_number + 1",
        "DELETE FROM invoice_series",
        "INSERT INTO invoice_series VALUES ('F', 2030, 7)",
    ):
        assert "gaps" in (told := await refused(database, statement)) or "written once" in told


async def test_test_money_free_and_unpaid_orders_take_no_real_number(
    tools: Tools, database: Database
) -> None:
    real = await invoiced(tools, await an_order(database))
    test = await invoiced(tools, await an_order(database, is_test=True))
    assert real is not None
    assert test is not None
    assert (real.series, real.number, test.series, test.number) == ("F", 1, "TESTF", 1)
    assert await invoiced(tools, await an_order(database, 0, state="fulfilled")) is None
    assert await invoiced(tools, await an_order(database, state="expired", paid_at=None)) is None


async def test_a_paper_says_the_same_after_the_order_has_changed(
    tools: Tools, database: Database
) -> None:
    order_id = await an_order(database, title="L’œuvre de Kɔfi Ŋutɔ́ Ọlá")
    first = await invoiced(tools, order_id)
    assert first is not None
    printed = page.printed(first, "fr")
    async with database.sessions.begin() as session:
        await session.execute(update(Order).values(title="Autre", phone="+22890000000"))
    async with database.reads() as session:
        again = await session.scalar(select(Invoice).where(Invoice.id == first.id))
    assert again is not None
    assert page.printed(again, "fr") == printed
    assert page.printed(again, "en") != printed


async def test_every_letter_on_a_paper_is_in_its_font(
    tools: Tools, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    title = "".join(word for words in WORDS.values() for word in words.values()) + "Éwé ŋ ɔ ẹ œ €"
    paper = await invoiced(tools, await an_order(database, 1_180_000, title=title))
    assert paper is not None
    with caplog.at_level(logging.WARNING):
        for code in ("fr", "en"):
            assert page.printed(paper, code).startswith(b"%PDF")
    assert "missing the following glyphs" not in caplog.text


@pytest.mark.parametrize(
    ("amount", "percent", "tax"),
    [(1180, "18", 180), (1500, "18", 229), (1, "18", 0), (999, "19.25", 161), (1000, "0", 0)],
)
def test_tax_is_what_a_price_includes(amount: int, percent: str, tax: int) -> None:
    assert taxes.tax_within(amount, percent) == tax
    net, rate = amount - tax, taxes.rate_of(percent)
    assert abs(net * rate - tax) <= 1, "it is the tax of what is left"


@pytest.mark.parametrize("percent", ["abc", "-1", "1000"])
def test_what_is_no_percentage_is_refused(percent: str) -> None:
    with pytest.raises(ValueError, match="percentage"):
        taxes.tax_within(100, percent)


def test_tax_is_set_apart_from_income_and_never_from_what_is_owed() -> None:
    films, owed = income("films", "XOF"), coins_owed("XOF")
    apart = taxes.set_apart([(films, -1000), (owed, -500)], 180, "XOF")
    assert sum(amount for _, amount in apart) == -1500
    assert dict(apart)[films] == -820
    assert [amount for account, amount in apart if account.kind is Kind.liability] == [-500, -180]
    assert taxes.set_apart([(owed, -500)], 76, "XOF") == [(owed, -500)]


async def test_whose_it_is_reads_and_prints_it_and_nobody_else(shop: Shop) -> None:
    order = await bought(shop)
    alice = as_person(shop.app, PapersClient, ALICE)
    (paper,) = await until(lambda: _papers(alice), lambda found: len(found) == 1)
    assert (paper.total_amount, paper.order_id) == (PRICE, order.id)
    assert paper.number.startswith("TESTF-")
    assert (await alice.paper_pdf(paper.id)).startswith(b"%PDF")
    others = (
        as_person(shop.app, PapersClient, BOB),
        as_stranger(shop.app, PapersClient),
        as_service(shop.app, PapersClient),  # the portal, for visitors without an account
    )
    for other in others:
        with pytest.raises(PaperNotFound):
            await other.paper_pdf(paper.id)
    staff = as_person(shop.app, PapersClient, DANA, "admin")
    asked = PaperQuery(search=paper.number[-6:], account_id=ALICE, year=now().year)
    assert [one.id for one in (await staff.papers(asked)).items] == [paper.id]
    assert await staff.paper_pdf(paper.id, language="en") != await alice.paper_pdf(paper.id)


async def test_credit_notes_give_back_all_the_tax_and_no_more(
    tools: Tools, database: Database
) -> None:
    order_id = await an_order(database, 1000)
    async with database.sessions.begin() as session:
        order = await session.get(Order, order_id)
        assert order is not None
        given = 0
        for part in (1, 333, 333, 333):
            order.refunded_amount += part
            row = await _refund(session, order, part)
            note = await writing.write_credit_note(session, tools, order, row)
            assert note is not None
            given += note.tax_amount
        assert given == order.tax_amount == 153


async def test_a_receipt_is_mailed_with_its_number(shop: Shop) -> None:
    order = await bought(shop)
    refund = await dana(shop).refund(order.id, RefundNew(amount=500), a_key())
    await ended(shop, refund.id)
    told = await fetched(
        shop.app.state.database,
        "SELECT convert_from(payload, 'UTF8')::jsonb -> 'notice' ->> 'kind',"
        " convert_from(payload, 'UTF8')::jsonb -> 'notice' -> 'values' ->> 'number'"
        " FROM pgqueuer WHERE entrypoint = 'deliver_notice' ORDER BY id",
    )
    assert [kind for kind, _ in told] == ["money.receipt", "money.refunded"]
    assert [number[:5] for _, number in told] == ["TESTF", "TESTA"]


async def _refund(session: AsyncSession, order: Order, amount: int) -> Refund:
    """Write a part of an order that came back, of an attempt of its own."""
    attempt_id = uuid4()
    session.add(Capture(attempt_id=attempt_id, order_id=order.id, amount=amount, currency="XOF"))
    await session.flush()
    row = Refund(
        key=str(attempt_id), order_id=order.id, attempt_id=attempt_id, way="source", rule="admin",
        reason="", amount=amount, currency="XOF", source_amount=amount, source_currency="XOF",
        coins=0, bonus_coins=0, state="pending", asked_by="tests", created_at=now(),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def _papers(client: PapersClient) -> list[Paper]:
    return list((await client.my_papers()).items)
