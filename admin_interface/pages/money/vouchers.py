"""Vouchers: made in batches, printed, sold by agents; cash taken for orders; what agents owe."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from admin_interface.forms import Mistyped, checked
from admin_interface.pages.desk import back, next_page, show, words
from admin_interface.pages.money.names import names
from admin_interface.pages.money.sayings import saying
from admin_interface.pages.money.typed import plain, values
from admin_interface.pages.staff import Staff, acting
from kit.contracts.accounts import AccountsClient
from kit.contracts.payments.vouchers import (
    SHEET_POLICY,
    AgentDebt,
    AgentSettlementNew,
    CashOrder,
    Voucher,
    VoucherBatch,
    VoucherBatchNew,
    VoucherQuery,
)
from kit.contracts.payments.vouchers_client import VouchersClient
from kit.db import new_id
from kit.errors import AppError, NotFound
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
Vouchers = Annotated[VouchersClient, acting(VouchersClient)]
HERE = "/money/vouchers"
COUNTER = "pages/money/counter.html"
Typed = Annotated[str, Form()]


class VouchersView(Schema):
    batches: list[VoucherBatch]
    debts: list[AgentDebt]
    next: str
    key: str
    values: dict[str, str]
    errors: dict[str, str] = {}


class BatchView(Schema):
    """`sellers`: the names of those who sold something of it, by id."""

    batch: VoucherBatch
    vouchers: list[Voucher]
    sellers: dict[str, str]
    next: str


class CounterView(Schema):
    """What an agent has before them: a voucher to sell, or an order to be paid in cash."""

    code: str = ""
    voucher: Voucher | None = None
    order: CashOrder | None = None
    trouble: str = ""


@router.get(HERE)
async def vouchers(request: Request, client: Vouchers, cursor: str | None = None) -> Response:
    return show(request, "pages/money/vouchers.html", await _view(request, client, cursor, {}, {}))


@router.post(HERE)
async def make(request: Request, client: Vouchers) -> Response:
    typed = plain(await request.form())
    given = values(typed, amounts=("amount",), numbers=("count", "days"))
    try:
        batch = await client.make_batch(checked(VoucherBatchNew, given))
    except Mistyped as error:
        view = await _view(request, client, None, typed, error.fields)
        return show(request, "pages/money/vouchers.html", view, 422)
    except AppError as error:
        return back(request, HERE, saying(request, error), "danger")
    return back(request, f"{HERE}/{batch.id}", mark("Les bons sont prêts à imprimer."))


@router.get(f"{HERE}/counter")
async def counter(request: Request, staff: Staff) -> Response:
    return show(request, COUNTER, CounterView())


@router.post(f"{HERE}/counter")
async def serve(request: Request, client: Vouchers, code: Typed = "", of: Typed = "") -> Response:
    """Find what a code is, or say that the cash for it was taken."""
    here = f"{HERE}/counter"
    try:
        if not of:
            return show(request, COUNTER, await _found(request, client, code))
        if of == "voucher":
            await client.confirm_sale(code)
            return back(request, here, mark("Le bon est vendu : il vaut son montant."))
        await client.confirm_cash(code)
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("La commande est payée."))


@router.post(f"{HERE}/settlements")
async def settle(request: Request, client: Vouchers) -> Response:
    typed = plain(await request.form())
    try:
        given = checked(AgentSettlementNew, values(typed, amounts=("amount",)))
        await client.settle_agent(typed.get("agent", ""), given)
    except AppError as error:
        return back(request, HERE, saying(request, error), "danger")
    return back(request, HERE, mark("La remise de caisse est notée."))


@router.get(HERE + "/{batch_id}")
async def batch_page(
    request: Request,
    batch_id: UUID,
    client: Vouchers,
    accounts: Accounts,
    cursor: str | None = None,
) -> Response:
    page = await client.vouchers(VoucherQuery(batch_id=batch_id), cursor)
    view = BatchView(
        batch=await client.batch(batch_id),
        vouchers=page.items,
        sellers=await names(accounts, {each.sold_by for each in page.items if each.sold_by}),
        next=next_page(request, page.next_cursor),
    )
    return show(request, "pages/money/voucher_batch.html", view)


@router.get(HERE + "/{batch_id}/sheet")
async def sheet(request: Request, batch_id: UUID, client: Vouchers) -> Response:
    """Pass on the sheet of tickets; it brings its own style, and nothing else."""
    body = await client.batch_sheet(batch_id, language=words(request).code)
    headers = {"Content-Security-Policy": SHEET_POLICY, "Cache-Control": "no-store"}
    return Response(body, media_type="text/html; charset=utf-8", headers=headers)


@router.get(HERE + "/{batch_id}/codes.csv")
async def codes(batch_id: UUID, client: Vouchers) -> Response:
    name = f'attachment; filename="vouchers-{batch_id}.csv"'
    headers = {"Content-Disposition": name, "Cache-Control": "no-store"}
    return Response(await client.batch_csv(batch_id), media_type="text/csv", headers=headers)


@router.post(HERE + "/{batch_id}/revocation")
async def revoke(request: Request, batch_id: UUID, client: Vouchers) -> Response:
    here = f"{HERE}/{batch_id}"
    try:
        await client.revoke_batch(batch_id)
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("Les bons qui n’étaient pas vendus ne valent plus rien."))


async def _view(
    request: Request,
    client: VouchersClient,
    cursor: str | None,
    typed: dict[str, str],
    errors: dict[str, str],
) -> VouchersView:
    page = await client.batches(cursor)
    return VouchersView(
        batches=page.items,
        debts=(await client.agent_debts()).items,
        next=next_page(request, page.next_cursor),
        key=typed.get("key") or str(new_id()),
        values=typed,
        errors=errors,
    )


async def _found(request: Request, client: VouchersClient, code: str) -> CounterView:
    if not code.strip():
        return CounterView()
    try:
        return CounterView(code=code, voucher=await client.find_voucher(code))
    except NotFound:
        try:
            return CounterView(code=code, order=await client.find_cash_order(code))
        except NotFound:
            trouble = words(request)(mark("Ce code n’est ni un bon ni une commande."))
            return CounterView(code=code, trouble=trouble)
