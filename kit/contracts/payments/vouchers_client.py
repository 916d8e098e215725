"""How to call payments_service about vouchers, gift cards and cash."""

from uuid import UUID

from kit.client import ServiceClient
from kit.contracts.payments.orders import SECRET_HEADER, Order
from kit.contracts.payments.vouchers import (
    AgentDebt,
    AgentDebts,
    AgentSettlementNew,
    CashCode,
    CashOrder,
    CodeForOrder,
    CodeTyped,
    CodeWorth,
    GiftCard,
    Redemption,
    Voucher,
    VoucherBatch,
    VoucherBatches,
    VoucherBatchNew,
    VoucherQuery,
    Vouchers,
)

REPEATABLE = "repeatable"  # any key: asking twice has no other effect than asking once


class VouchersClient(ServiceClient):
    """`viewer_address` is whose wrong codes are counted."""

    SERVICE = "payments_service"

    async def worth(self, code: str, *, viewer_address: str | None = None) -> CodeWorth:
        answer = await self.send(
            "POST",
            "/code-checks",
            CodeTyped(code=code),
            headers=_from(viewer_address),
            key=REPEATABLE,
        )
        return CodeWorth.model_validate_json(answer.content)

    async def redeem(self, code: str, key: str, *, viewer_address: str | None = None) -> Redemption:
        """Turn all that is left on a code into coins of the person spoken for."""
        answer = await self.send(
            "POST",
            "/me/redemptions",
            CodeTyped(code=code),
            headers=_from(viewer_address),
            key=key,
        )
        return Redemption.model_validate_json(answer.content)

    async def pay_with_code(
        self, order_id: UUID, code: str, secret: str = "", *, viewer_address: str | None = None
    ) -> Order:
        """Pay an order with a code that covers it whole."""
        headers = {**_from(viewer_address), **_shown(secret)}
        answer = await self.send(
            "POST",
            f"/orders/{order_id}/code-payment",
            CodeForOrder(code=code),
            headers=headers,
            key=REPEATABLE,
        )
        return Order.model_validate_json(answer.content)

    async def cash_code(self, order_id: UUID, secret: str = "") -> CashCode:
        """Return what to show at an agency to pay an order in cash."""
        path = f"/orders/{order_id}/cash-code"
        answer = await self.send("POST", path, headers=_shown(secret), key=REPEATABLE)
        return CashCode.model_validate_json(answer.content)

    async def gift_card(self, order_id: UUID, secret: str = "") -> GiftCard:
        path = f"/orders/{order_id}/gift-card"
        answer = await self.send("GET", path, headers=_shown(secret))
        return GiftCard.model_validate_json(answer.content)

    async def gift_card_sheet(
        self, order_id: UUID, secret: str = "", language: str = "fr"
    ) -> bytes:
        """Return a page of HTML with the card, to print; serve it with SHEET_POLICY."""
        path = f"/orders/{order_id}/gift-card/sheet"
        query = {"language": language}
        return (await self.send("GET", path, query=query, headers=_shown(secret))).content

    # What agents do (`vouchers:confirm`).

    async def find_voucher(self, code: str) -> Voucher:
        return await self.post("/agent/vouchers", CodeTyped(code=code), Voucher, key=REPEATABLE)

    async def confirm_sale(self, code: str) -> Voucher:
        """Say that the cash for a voucher was taken: from now on it is worth its amount."""
        return await self.post("/agent/sales", CodeTyped(code=code), Voucher, key=REPEATABLE)

    async def find_cash_order(self, code: str) -> CashOrder:
        return await self.post("/agent/orders", CodeTyped(code=code), CashOrder, key=REPEATABLE)

    async def confirm_cash(self, code: str) -> CashOrder:
        """Say that the cash for an order was taken: it is paid."""
        path = "/agent/cash-payments"
        return await self.post(path, CodeTyped(code=code), CashOrder, key=REPEATABLE)

    # What staff do.

    async def make_batch(self, new: VoucherBatchNew) -> VoucherBatch:
        return await self.post("/voucher-batches", new, VoucherBatch, key=new.key or "")

    async def batches(self, cursor: str | None = None, limit: int = 50) -> VoucherBatches:
        return await self.get("/voucher-batches", VoucherBatches, cursor=cursor, limit=limit)

    async def batch(self, batch_id: UUID) -> VoucherBatch:
        return await self.get(f"/voucher-batches/{batch_id}", VoucherBatch)

    async def batch_sheet(self, batch_id: UUID, language: str = "fr") -> bytes:
        """Return a page of HTML to print on A4: tickets with QR codes; serve it with
        SHEET_POLICY, since its style is inside it.
        """
        query = {"language": language}
        return (await self.send("GET", f"/voucher-batches/{batch_id}/sheet", query=query)).content

    async def batch_csv(self, batch_id: UUID) -> bytes:
        return (await self.send("GET", f"/voucher-batches/{batch_id}/codes.csv")).content

    async def revoke_batch(self, batch_id: UUID) -> VoucherBatch:
        """Withdraw the codes of a batch that were not sold yet."""
        path = f"/voucher-batches/{batch_id}/revocation"
        return await self.post(path, None, VoucherBatch, key=REPEATABLE)

    async def vouchers(
        self, filters: VoucherQuery | None = None, cursor: str | None = None, limit: int = 50
    ) -> Vouchers:
        chosen = dict(filters or VoucherQuery())
        return await self.get("/vouchers", Vouchers, **chosen, cursor=cursor, limit=limit)

    async def revoke_voucher(self, voucher_id: UUID) -> Voucher:
        path = f"/vouchers/{voucher_id}/revocation"
        return await self.post(path, None, Voucher, key=REPEATABLE)

    async def agent_debts(self) -> AgentDebts:
        return await self.get("/agents", AgentDebts)

    async def settle_agent(self, agent_id: str, new: AgentSettlementNew) -> AgentDebt:
        """Write down that an agent handed cash over."""
        return await self.post(f"/agents/{agent_id}/settlements", new, AgentDebt, key=new.key)


def _from(viewer_address: str | None) -> dict[str, str]:
    return {"X-Viewer-Address": viewer_address} if viewer_address else {}


def _shown(secret: str) -> dict[str, str]:
    return {SECRET_HEADER: secret} if secret else {}
