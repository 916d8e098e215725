"""Writing invoices and credit notes, each once; and sending the receipt."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import seal
from kit.clock import now
from kit.contracts.payments.orders import OrderState
from kit.contracts.payments.papers import PaperKind
from kit.db import new_id
from kit.events import NOTICE, emit, notify
from kit.i18n import Language
from payments_service.actions.orders.seeing import secret
from payments_service.actions.tools import Tools
from payments_service.models.findings import FindingKind
from payments_service.models.orders import Order
from payments_service.models.papers import Invoice, Refund
from payments_service.queries import findings, orders, papers
from payments_service.rules import papers as rules
from payments_service.rules.invariants import Found

UNPAID = frozenset(
    {OrderState.created, OrderState.pending, OrderState.cancelled, OrderState.expired}
)
LANGUAGES = {code: Language(code) for code in ("fr", "en")}


async def write_invoice(
    session: AsyncSession, tools: Tools, order_id: UUID, buyer_name: str = ""
) -> Invoice | None:
    """Write an order's invoice, once, and mail it; None for one that is not paid, or was free."""
    order = await orders.order_for_update(session, order_id)
    if order.state in UNPAID or not order.amount:
        return None
    source = f"order/{order.id}"
    if found := await papers.paper_for(session, source, PaperKind.invoice):
        order.is_papered = True
        return found
    attempt = next((one for one in order.attempts if one.is_matched), None)
    facts = rules.invoice_facts(order, attempt, seller_of(tools), buyer_name)
    paper = Invoice(
        kind=PaperKind.invoice,
        source=source,
        net_amount=order.amount - order.tax_amount,
        tax_amount=order.tax_amount,
        total_amount=order.amount,
        facts=facts,
    )
    await _number(session, tools.settings.invoice_series, order, paper)
    order.is_papered = True
    await _mail(session, tools, order, paper, "money.receipt")
    return paper


async def write_credit_note(
    session: AsyncSession, tools: Tools, order: Order, refund: Refund
) -> Invoice | None:
    """Write what of an invoice came back, once; `order.refunded_amount` counts it already."""
    source = f"refund/{refund.id}"
    if found := await papers.paper_for(session, source, PaperKind.credit_note):
        return found
    invoice = await write_invoice(session, tools, order.id)
    if invoice is None:
        return None
    tax = rules.tax_of_refund(order, refund)
    paper = Invoice(
        kind=PaperKind.credit_note,
        source=source,
        credits_id=invoice.id,
        net_amount=refund.amount - tax,
        tax_amount=tax,
        total_amount=refund.amount,
        facts=rules.credit_facts(order, refund, invoice),
    )
    await _number(session, tools.settings.credit_series, order, paper)
    await _mail(session, tools, order, paper, "money.refunded")
    return paper


async def check(session: AsyncSession) -> None:
    """Note what was paid an hour ago or more and has no invoice."""
    at = now()
    missing = await papers.overdue(session, at - timedelta(hours=1), 100)
    found = [Found(FindingKind.missing_paper, f"order/{one}", {}) for one in missing]
    await findings.note(session, {FindingKind.missing_paper}, found, at)


def seller_of(tools: Tools) -> rules.Seller:
    settings = tools.settings
    return rules.Seller(
        settings.seller_name or settings.brand_name,
        settings.seller_address,
        settings.seller_number,
        settings.seller_email,
        settings.tax_percent,
    )


async def _number(session: AsyncSession, name: str, order: Order, paper: Invoice) -> None:
    """Give a paper the next number of its series and write it, in one go."""
    at = now()
    series = rules.series_of(name, is_test=order.is_test)
    await papers.lock_series(session, series, at.year)
    paper.id = new_id()
    paper.series, paper.year = series, at.year
    paper.number = await papers.next_number(session, series, at.year)
    paper.order_id, paper.account_id = order.id, order.account_id
    paper.currency, paper.locale, paper.issued_at = order.currency, order.locale, at
    session.add(paper)
    await session.flush()
    told = {"paper_id": str(paper.id), "kind": paper.kind, "order_id": str(order.id)}
    await emit(session, "PaperIssued", told, key=str(paper.id))


async def _mail(
    session: AsyncSession, tools: Tools, order: Order, paper: Invoice, kind: str
) -> None:
    to = order.account_id or order.email
    if not to:
        return
    language = LANGUAGES["en" if order.locale == "en" else "fr"]
    values = {
        "title": order.title,
        "amount": language.money(paper.total_amount, paper.currency),
        "number": rules.number_of(paper.series, paper.year, paper.number),
    }
    shown = secret(tools, order)  # without an account, the link is what shows the order
    path = f"/orders/{order.id}/with/{shown}" if shown else f"/orders/{order.id}"
    sealed = seal(tools.secret, NOTICE, {"link": f"{tools.home}{path}"})
    await notify(session, kind, to, values, locale=order.locale, sealed=sealed)
