"""Other means than money on a phone: a promotion, a gift card or voucher, cash; and the papers."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from kit.contracts.payments.errors import CouponNotFound, CouponNotValid
from kit.contracts.payments.orders import Order, OrderMade, OrderNew
from kit.contracts.payments.papers import PaperKind
from kit.contracts.payments.papers_client import PapersClient
from kit.contracts.payments.promotions import CouponCheck
from kit.contracts.payments.promotions_client import PromotionsClient
from kit.contracts.payments.vouchers import SHEET_POLICY
from kit.contracts.payments.vouchers_client import VouchersClient
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.filled import filled
from kit.site.session import MaybePerson, address
from public_interface import rules
from public_interface.forms import CodePaymentForm
from public_interface.pages.account.frame import NOT_KEPT, back, words
from public_interface.pages.account.sayings import said
from public_interface.pages.home import Catalog
from public_interface.pages.money.buying import begun, country_of, goal_of
from public_interface.pages.money.order import remembered
from public_interface.pages.money.order_view import order_view
from public_interface.pages.money.till import MyOrder, not_too_often, picture_of, show, speaking

router = APIRouter()
HERE = "/orders/{order_id}"
Vouchers = Annotated[VouchersClient, speaking(VouchersClient)]
Promotions = Annotated[PromotionsClient, speaking(PromotionsClient)]
Papers = Annotated[PapersClient, speaking(PapersClient)]
SOON = mark("Le reçu arrive dans un instant. Redemandez-le bientôt.")


class CashView(Schema):
    path: str
    seen: str
    title: str
    amount: str
    code: str
    picture: str
    until: str


@router.post(HERE + "/code")
async def use_code(
    request: Request,
    mine: MyOrder,
    catalog: Catalog,
    promotions: Promotions,
    vouchers: Vouchers,
    person: MaybePerson,
) -> Response:
    """Take a promotion off the price, or else pay with what the code is worth."""
    say = words(request)
    typed = await filled(request, CodePaymentForm, say)
    found = await mine.orders.order(mine.id, mine.secret)
    error = say(mark("Tapez votre code."))
    if typed.form is not None:
        try:
            await not_too_often(request, "code")
            made = await _discounted(request, mine, promotions, found, typed.form)
            if made is not None:
                return begun(request, made, goal_of(request, mine.id))
            await vouchers.pay_with_code(
                mine.id, typed.form.code, mine.secret, viewer_address=address(request)
            )
            return back(request, mine.path)
        except AppError as refusal:
            error = said(refusal, say)
    view = await order_view(request, mine, catalog, found, remembered(request), person)
    return show(request, "order", view.model_copy(update={"errors": {"code": error}}), 422)


async def _discounted(
    request: Request,
    mine: MyOrder,
    promotions: PromotionsClient,
    found: Order,
    form: CodePaymentForm,
) -> OrderMade | None:
    """Return the same order anew with this promotion; None when the code is none."""
    asked = CouponCheck(
        code=form.code,
        kind=found.kind,
        subject=found.subject,
        amount=found.list_amount,
        currency=found.currency,
    )
    try:
        await promotions.check_coupon(asked, viewer_address=address(request))
    except CouponNotFound:
        return None
    except CouponNotValid as error:
        if error.extra.get("reason") in {"unknown", "wrong", None}:
            return None
        raise
    new = OrderNew(
        kind=found.kind,
        subject=found.subject,
        quantity=found.quantity,
        coupon_code=form.code,
        country=country_of(request),
        locale="en" if choices(request).language == "en" else "fr",
    )
    return await mine.orders.make_order(new, f"coupon-{form.key}")


@router.get(HERE + "/cash")
async def cash(request: Request, mine: MyOrder, vouchers: Vouchers) -> Response:
    """Show what an agent needs to take the money; the page goes on once it is taken."""
    say = words(request)
    found = await mine.orders.order(mine.id, mine.secret)
    if rules.stage(found) not in {rules.Stage.choose, rules.Stage.wait}:
        return back(request, mine.path)
    try:
        code = await vouchers.cash_code(mine.id, mine.secret)
    except AppError as error:
        return back(request, mine.path, said(error, say), "danger")
    last = rules.last_attempt(found)
    view = CashView(
        path=mine.path,
        seen=f"{found.state}:{last.state if last else ''}",
        title=found.title,
        amount=say.money(code.amount, code.currency),
        code=code.code,
        picture=picture_of(code.qr),
        until=say.moment(code.expires_at),
    )
    return show(request, "cash", view)


@router.get(HERE + "/receipt.pdf")
async def receipt(request: Request, mine: MyOrder, papers: Papers) -> Response:
    """Send the invoice; it is written a moment after the money came."""
    return await _paper(request, mine, papers, PaperKind.invoice)


@router.get(HERE + "/credit-note.pdf")
async def credit_note(request: Request, mine: MyOrder, papers: Papers) -> Response:
    """Send what proves a refund, the latest of this order."""
    return await _paper(request, mine, papers, PaperKind.credit_note)


async def _paper(
    request: Request, mine: MyOrder, papers: PapersClient, kind: PaperKind
) -> Response:
    await mine.orders.order(mine.id, mine.secret)  # papers are shown to any service that asks
    found = (await papers.papers_of(mine.id, mine.secret)).items
    wanted = [paper for paper in found if paper.kind is kind]
    if not wanted:
        return back(request, mine.path, SOON, "info")
    language = choices(request).language
    body = await papers.paper_pdf(wanted[-1].id, mine.secret, "en" if language == "en" else "fr")
    return pdf(body, wanted[-1].number)


@router.get(HERE + "/gift-card")
async def gift_card(request: Request, mine: MyOrder, vouchers: Vouchers) -> Response:
    """Show a gift card as it is printed; its style is inside it."""
    await mine.orders.order(mine.id, mine.secret)
    body = await vouchers.gift_card_sheet(mine.id, mine.secret, choices(request).language)
    headers = {**NOT_KEPT, "Content-Security-Policy": SHEET_POLICY}
    return Response(body, headers=headers, media_type="text/html; charset=utf-8")


def pdf(body: bytes, name: str) -> Response:
    safe = "".join(sign if sign.isalnum() else "-" for sign in name)
    headers = {**NOT_KEPT, "Content-Disposition": f'inline; filename="{safe}.pdf"'}
    return Response(body, headers=headers, media_type="application/pdf")
