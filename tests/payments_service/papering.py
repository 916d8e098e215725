"""Orders that are to have an invoice, straight in the database."""

from uuid import UUID, uuid4

from kit.clock import now
from kit.db import Database
from payments_service.actions.papers import writing
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.models.papers import Invoice
from payments_service.rules import taxes
from tests.cast import ALICE


async def an_order(database: Database, amount: int = 1180, **more: object) -> UUID:
    values = {
        "account_id": ALICE, "payer": f"account:{ALICE}", "key": uuid4().hex, "input_hash": "",
        "kind": "film", "subject": "sira", "title": "Sira", "list_amount": amount,
        "amount": amount, "tax_amount": taxes.tax_within(amount, "18"), "currency": "XOF",
        "state": "paid", "paid_at": now(), "expires_at": now(), "created_at": now(),
    }  # fmt: skip
    async with database.sessions.begin() as session:
        order = Order(**(values | more))
        session.add(order)
        await session.flush()
        return order.id


async def invoiced(tools: Tools, order_id: UUID) -> Invoice | None:
    async with tools.database.sessions.begin() as session:
        return await writing.write_invoice(session, tools, order_id)
