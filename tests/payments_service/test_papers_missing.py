"""Invoices that were not written: found, asked for again, made up for however old."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text, update

from kit.clock import now
from kit.db import Database
from payments_service.actions.papers import writing
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.queries import papers
from tests.payments_service.books import fetched
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.papering import an_order, invoiced

MANY = """
    INSERT INTO "order" (id, payer, key, input_hash, email, phone, locale, kind, subject, title,
                         quantity, list_amount, discount_amount, tax_amount, amount, currency,
                         details, given, state, is_test, refunded_amount, paid_at, expires_at,
                         created_at, is_papered)
    SELECT gen_random_uuid(), 'many', number::text, '', '', '', 'fr', 'film', 'sira', 'Sira',
           1, 500, 0, 0, 500, 'XOF', '{}', '{}', 'fulfilled', false, 0,
           now() - number * interval '1 minute', now(), now(), true
    FROM generate_series(1, 20000) AS number
"""


@pytest.fixture
def tools(settings: MakeSettings, database: Database) -> Tools:
    return Tools(settings(), database)


async def test_what_is_paid_and_has_no_paper_is_found(tools: Tools, database: Database) -> None:
    long_ago = now() - timedelta(hours=2)
    order_id = await an_order(database, paid_at=long_ago)
    await an_order(database)
    asked = "SELECT subject FROM finding WHERE closed_at IS NULL"
    for missing in ([(f"order/{order_id}",)], []):
        async with database.sessions.begin() as session:
            await writing.check(session)
        assert await fetched(database, asked) == missing
        await invoiced(tools, order_id)


async def test_an_invoice_that_failed_for_a_year_is_made_up_for(
    tools: Tools, database: Database
) -> None:
    """Whatever stands in its way: more orders than are taken at once that cannot be written."""
    old = await an_order(database, paid_at=now() - timedelta(days=400))
    await an_order(database, 0, state="fulfilled")
    await an_order(database, state="pending", paid_at=None)
    async with database.sessions.begin() as session:
        assert await papers.unpapered(session, 500) == [old]
        assert await papers.overdue(session, now() - timedelta(days=300), 100) == [old]
    for _ in range(2):
        await invoiced(tools, old)
    async with database.sessions.begin() as session:
        assert await papers.unpapered(session, 500) == []
        await session.execute(update(Order).values(is_papered=False))  # as if it were forgotten
    again = await invoiced(tools, old)
    assert again is not None
    assert await fetched(database, "SELECT number FROM invoice") == [(again.number,)]
    assert await fetched(
        database, 'SELECT is_papered FROM "order" WHERE amount > 0 AND paid_at < now()'
    ) == [(True,)]


async def test_what_cannot_be_written_keeps_nothing_from_being_asked_for(
    database: Database,
) -> None:
    orders = {await an_order(database, paid_at=now() - timedelta(days=day)) for day in range(6)}
    seen: set[UUID] = set()
    for _ in range(60):
        async with database.reads() as session:
            seen |= set(await papers.unpapered(session, 2))
    assert seen == orders


async def test_what_has_no_paper_is_looked_up_and_not_searched_for(database: Database) -> None:
    """Twenty thousand orders have their invoice; the index of the others is all that is read."""
    await an_order(database)
    async with database.sessions.begin() as session:
        await session.execute(text(MANY))
    async with database.sessions() as session:
        await (await session.connection()).exec_driver_sql('ANALYZE "order"')
        for statement in (papers.UNPAPERED, papers.OVERDUE):
            asked = text(f"EXPLAIN (FORMAT TEXT) {statement.text}")
            rows = await session.execute(asked, {"limit": 500, "before": now()})
            plan = "\n".join(line for (line,) in rows)
            assert "ix_order_unpapered" in plan, plan
            assert "Seq Scan" not in plan, plan
