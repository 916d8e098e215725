"""An agency in a test: who sells codes for cash, who redeems them, and what the books say."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text

from kit.auth import unseal
from kit.contracts.payments.orders import OrderKind, OrderMade, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.vouchers import Voucher, VoucherBatch, VoucherBatchNew
from kit.contracts.payments.vouchers_client import VouchersClient
from kit.events import NOTICE
from payments_service.actions.tools import Tools
from payments_service.queries import ledger
from tests.cast import DANA
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import a_key

OWN_ACCOUNTS = """
    SELECT code, -posted FROM account
    WHERE posted <> 0 AND currency = 'XOF' ORDER BY code
"""
NOTICES = """
    SELECT convert_from(payload, 'UTF8')::jsonb -> 'notice' FROM pgqueuer
    WHERE entrypoint = 'deliver_notice' ORDER BY id
"""


@dataclass
class Agency:
    app: FastAPI

    @property
    def tools(self) -> Tools:
        found: Tools = self.app.state.tools
        return found

    @property
    def staff(self) -> VouchersClient:
        return as_person(self.app, VouchersClient, DANA, "admin")

    @property
    def stranger(self) -> VouchersClient:
        return as_stranger(self.app, VouchersClient)

    def holder(self, account_id: UUID) -> VouchersClient:
        return as_person(self.app, VouchersClient, account_id)

    def agent(self, account_id: UUID) -> VouchersClient:
        return as_person(self.app, VouchersClient, account_id, "agent")

    def buyer(self, account_id: UUID) -> OrdersClient:
        return as_person(self.app, OrdersClient, account_id)

    async def ordered(
        self,
        client: OrdersClient,
        kind: OrderKind = OrderKind.film,
        subject: str = "sira",
        **o: Any,
    ) -> OrderMade:
        new = OrderNew(kind=kind, subject=subject, country="BJ", options=o)
        return await client.make_order(new, a_key())

    async def printed(self, count: int = 2, **more: Any) -> tuple[VoucherBatch, list[str]]:
        """Make a batch; return it with the codes as they are printed."""
        given = {"title": "Lomé", "agency": "Bè", "amount": 2000, "count": count} | more
        batch = await self.staff.make_batch(VoucherBatchNew(**given))
        rows = (await self.staff.batch_csv(batch.id)).decode("utf-8-sig").splitlines()[1:]
        return batch, [row.split(",")[1] for row in rows]

    async def sold(self, agent: UUID, **more: Any) -> str:
        """Return a code that somebody has just paid for."""
        _, codes = await self.printed(1, **more)
        found: Voucher = await self.agent(agent).confirm_sale(codes[0])
        assert found.remaining == found.amount
        return codes[0]

    async def books(self) -> dict[str, int]:
        """Return what is on each account in XOF, credits positive; none is empty."""
        async with self.app.state.database.reads() as session:
            rows = await session.execute(text(OWN_ACCOUNTS))
        return {code.removesuffix(":XOF"): amount for code, amount in rows}

    async def balance(self, code: str) -> int:
        async with self.app.state.database.reads() as session:
            return await ledger.balance(session, code)

    async def run(self, statement: str, **values: Any) -> None:
        async with self.app.state.database.sessions.begin() as session:
            await session.execute(text(statement), values)

    async def notices(self) -> list[dict[str, Any]]:
        """Return what people are told of gift cards, the sealed values opened."""
        async with self.app.state.database.reads() as session:
            rows = (await session.scalars(text(NOTICES))).all()
        return [
            told | told["values"] | unseal(self.tools.secret, NOTICE, told["sealed"])
            for told in rows
            if told["kind"] == "gift_card.received"
        ]
