"""Codes that are worth money over HTTP: for who holds one, for agents, and for staff."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Response
from fastapi.responses import StreamingResponse

from kit.auth import Caller
from kit.contracts.payments.orders import Order
from kit.contracts.payments.vouchers import (
    SHEET_POLICY,
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
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, needs
from payments_service.actions.orders import seeing
from payments_service.actions.vouchers import agents, batches, cash, codes, gift_cards, redeeming
from payments_service.endpoints.given import Key, MoneyReader, MoneyWriter, Secret, ToolsDep
from payments_service.endpoints.guessing import Guesses
from payments_service.endpoints.people import Account, Cursor
from payments_service.pages import voucher_sheet
from payments_service.pages.qr import qr

router = Router(tags=["vouchers"])
Agent = Annotated[Caller, needs("vouchers:confirm")]
GuessesDep = Annotated[Guesses, Depends()]
Language = Annotated[Literal["fr", "en"], Query()]
SHEET = {"Content-Security-Policy": SHEET_POLICY, "Cache-Control": "no-store"}
HTML = {"content": {"text/html": {"schema": {"type": "string"}}}}
CSV = {"content": {"text/csv": {"schema": {"type": "string"}}}}


@router.post("/code-checks", summary="What a code is worth")
async def check_code(
    session: ReadSession, tools: ToolsDep, asked: CodeTyped, guesses: GuessesDep
) -> CodeWorth:
    async with guesses.counted():
        return await codes.worth(session, tools, asked.code)


@router.post("/me/redemptions", status_code=201, summary="Turn a code into coins")
async def redeem(
    session: Session,
    tools: ToolsDep,
    account: Account,
    asked: CodeTyped,
    guesses: GuessesDep,
    key: Key = "",
) -> Redemption:
    """All that is left on it becomes coins of mine; with one Idempotency-Key, once."""
    async with guesses.counted():
        return await redeeming.into_coins(session, tools, account, asked.code, key)


@router.post("/orders/{order_id}/code-payment", summary="Pay an order with a code")
async def pay_with_code(
    order_id: UUID,
    tools: ToolsDep,
    caller: CallerDep,
    asked: CodeForOrder,
    guesses: GuessesDep,
    secret: Secret = "",
) -> Order:
    """Take what it costs from the code, which has to cover it whole; the rest stays on it."""
    async with guesses.counted():
        wanted = redeeming.Asked(order_id, caller, secret, asked.code)
        return await redeeming.pay_order(tools, wanted)


@router.post("/orders/{order_id}/cash-code", summary="Pay an order in cash at an agency")
async def cash_code(
    order_id: UUID, session: Session, tools: ToolsDep, caller: CallerDep, secret: Secret = ""
) -> CashCode:
    """Answers the same code each time; the agent types or scans it."""
    found = await cash.code_of(session, tools, caller, order_id, secret)
    return found.model_copy(update={"qr": qr(found.code)})


@router.get("/orders/{order_id}/gift-card", summary="The gift card of an order of mine")
async def gift_card(
    order_id: UUID, session: ReadSession, tools: ToolsDep, caller: CallerDep, secret: Secret = ""
) -> GiftCard:
    await seeing.seen(session, caller, order_id, secret)
    return await gift_cards.shown(session, tools, order_id)


@router.get(
    "/orders/{order_id}/gift-card/sheet",
    summary="The gift card to print",
    response_class=Response,
    responses={200: HTML},
)
async def gift_card_sheet(
    order_id: UUID,
    session: ReadSession,
    tools: ToolsDep,
    caller: CallerDep,
    secret: Secret = "",
    language: Language = "fr",
) -> Response:
    order = await seeing.seen(session, caller, order_id, secret)
    card = await gift_cards.shown(session, tools, order_id)
    words = voucher_sheet.Card(
        card.code, card.amount, card.currency, order.details.get("message", ""), card.expires_at
    )
    body = voucher_sheet.card(words, voucher_sheet.Brand(tools.brand, tools.home), language)
    return Response(body, headers=SHEET, media_type="text/html")


@router.post("/agent/vouchers", summary="Look at a voucher before it is sold")
async def find_voucher(
    session: Session, tools: ToolsDep, caller: Agent, asked: CodeTyped, guesses: GuessesDep
) -> Voucher:
    async with guesses.counted():
        return await agents.find(session, tools, asked.code)


@router.post("/agent/sales", summary="Confirm that a voucher was sold for cash")
async def confirm_sale(
    session: Session, tools: ToolsDep, caller: Agent, asked: CodeTyped, guesses: GuessesDep
) -> Voucher:
    """From now on it is worth its amount, and the agent owes us that much."""
    async with guesses.counted():
        return await agents.confirm_sale(session, tools, caller, asked.code)


@router.post("/agent/orders", summary="Look at an order before its cash is taken")
async def find_cash_order(
    session: ReadSession, caller: Agent, asked: CodeTyped, guesses: GuessesDep
) -> CashOrder:
    async with guesses.counted():
        return await cash.look(session, asked.code)


@router.post("/agent/cash-payments", summary="Confirm that the cash for an order was taken")
async def confirm_cash(
    tools: ToolsDep, caller: Agent, asked: CodeTyped, guesses: GuessesDep
) -> CashOrder:
    async with guesses.counted():
        return await cash.confirm(tools, caller, asked.code)


@router.get("/agents", summary="What agents owe")
async def agent_debts(session: ReadSession, caller: MoneyReader) -> AgentDebts:
    return await agents.debts(session)


@router.post("/agents/{agent_id}/settlements", status_code=201, summary="An agent hands cash over")
async def settle_agent(
    session: Session, caller: MoneyWriter, agent_id: str, new: AgentSettlementNew
) -> AgentDebt:
    return await agents.settle(session, caller, agent_id, new)


@router.get("/voucher-batches", summary="Batches of vouchers, newest first")
async def list_batches(
    session: ReadSession, caller: MoneyReader, cursor: Cursor = None, limit: Limit = 50
) -> VoucherBatches:
    return await batches.batches(session, cursor, limit)


@router.post("/voucher-batches", status_code=201, summary="Make vouchers to print")
async def make_batch(
    session: Session, tools: ToolsDep, caller: MoneyWriter, new: VoucherBatchNew, key: Key = ""
) -> VoucherBatch:
    """With an Idempotency-Key (or `key`) they are made once however often one asks."""
    wanted = new.model_copy(update={"key": new.key or key or None})
    return await batches.make(session, tools, caller, wanted)


@router.get("/voucher-batches/{batch_id}", summary="One batch")
async def batch(session: ReadSession, caller: MoneyReader, batch_id: UUID) -> VoucherBatch:
    return await batches.batch(session, batch_id)


@router.post("/voucher-batches/{batch_id}/revocation", summary="Withdraw what was not sold")
async def revoke_batch(session: Session, caller: MoneyWriter, batch_id: UUID) -> VoucherBatch:
    return await batches.revoke_batch(session, caller, batch_id)


@router.get(
    "/voucher-batches/{batch_id}/sheet",
    summary="Vouchers with QR codes, to print on A4",
    response_class=Response,
    responses={200: HTML},
)
async def print_sheet(
    session: ReadSession,
    tools: ToolsDep,
    caller: MoneyWriter,
    batch_id: UUID,
    language: Language = "fr",
) -> Response:
    """Only codes that can still be sold. It takes `money:write`: who reads them has them."""
    found = await batches.tickets(session, tools, batch_id)
    title = (await batches.batch(session, batch_id)).title
    brand = voucher_sheet.Brand(tools.brand, tools.home)
    parts = voucher_sheet.written(found, title, brand, language)
    return StreamingResponse(parts, headers=SHEET, media_type="text/html")


@router.get(
    "/voucher-batches/{batch_id}/codes.csv",
    summary="The codes of a batch as a table",
    response_class=Response,
    responses={200: CSV},
)
async def codes_csv(
    session: ReadSession, tools: ToolsDep, caller: MoneyWriter, batch_id: UUID
) -> Response:
    found = await batches.tickets(session, tools, batch_id)
    headers = {
        "Content-Disposition": f'attachment; filename="vouchers-{batch_id}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(voucher_sheet.table(found), headers=headers, media_type="text/csv")


@router.get("/vouchers", summary="Vouchers and gift cards, newest first")
async def list_vouchers(
    session: ReadSession,
    caller: MoneyReader,
    filters: Annotated[VoucherQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Vouchers:
    return await batches.listed(session, filters, cursor, limit)


@router.post("/vouchers/{voucher_id}/revocation", summary="Withdraw a voucher that was not sold")
async def revoke_voucher(session: Session, caller: MoneyWriter, voucher_id: UUID) -> Voucher:
    return await batches.revoke(session, caller, voucher_id)
