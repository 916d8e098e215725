"""An invoice or a credit note as PDF: the same content each time, from what was written down."""

from collections.abc import Mapping
from typing import Any

from kit.contracts.payments.papers import PaperKind
from payments_service.models.papers import Invoice
from payments_service.pages.sheet import SOFT, Sheet, first_lines
from payments_service.rules.papers import is_taxed, number_of

COLUMNS = (114, 20, 40)


def printed(paper: Invoice, code: str) -> bytes:
    """Return the PDF of a paper in a language."""
    facts: Mapping[str, Any] = paper.facts
    number = number_of(paper.series, paper.year, paper.number)
    sheet = Sheet(code, number, "", paper.issued_at)
    seller = facts["seller"]
    email = seller.get("email") or ""
    told = [seller["name"], number, sheet.tell("questions", email=email) if email else ""]
    sheet.foot = "  ·  ".join(part for part in told if part)
    sheet.alarm = sheet.tell("test") if facts.get("is_test") else ""
    sheet.add_page()
    first_lines(sheet, seller)
    _head(sheet, paper, number)
    _lines(sheet, paper)
    _sums(sheet, paper)
    _after(sheet, paper)
    return bytes(sheet.output())


def _head(sheet: Sheet, paper: Invoice, number: str) -> None:
    sheet.line_of(f"{sheet.tell(paper.kind)} {sheet.tell('number')} {number}", 16, is_bold=True)
    sheet.line_of(f"{sheet.tell('date')} : {sheet.language.day(paper.issued_at)}", 10, SOFT)
    sheet.line_of(f"{sheet.tell('order')} : {paper.order_id}", 10, SOFT)
    if credited := paper.facts.get("credits"):
        sheet.line_of(f"{sheet.tell('credits')} {credited}", 10)
    buyer = paper.facts.get("buyer", {})
    known = [str(buyer.get(name, "")) for name in ("name", "email", "phone")]
    if any(known):
        sheet.ln(3)
        sheet.line_of(sheet.tell("buyer"), 9, SOFT)
        for one in filter(None, known):
            sheet.line_of(one)
    sheet.ln(6)


def _lines(sheet: Sheet, paper: Invoice) -> None:
    facts = paper.facts

    def money(amount: int) -> str:
        return sheet.language.money(amount, paper.currency)

    kind = sheet.tell({"film": "film_kind"}.get(facts["order_kind"], facts["order_kind"]))
    rows = [
        [sheet.tell("what"), sheet.tell("quantity"), sheet.tell("amount")],
        [f"{facts['title']} ({kind})", str(facts["quantity"]), money(facts["list_amount"])],
    ]
    if discount := facts["discount_amount"]:
        code = f" ({sheet.tell('code')} {facts['coupon_code']})" if facts["coupon_code"] else ""
        rows.append([f"{sheet.tell('discount')}{code}", "", money(-discount)])
    sheet.table_of(COLUMNS, rows)
    sheet.ln(3)


def _sums(sheet: Sheet, paper: Invoice) -> None:
    def money(amount: int) -> str:
        return sheet.language.money(amount, paper.currency)

    is_note = paper.kind == PaperKind.credit_note
    if is_taxed(paper.facts):
        percent = sheet.language.number(float(paper.facts["tax_percent"]))
        sheet.pair(sheet.tell("net"), money(paper.net_amount))
        sheet.pair(f"{sheet.tell('tax')} ({percent} %)", money(paper.tax_amount))
    total = sheet.tell("refunded" if is_note else "total")
    sheet.pair(total, money(paper.total_amount), is_bold=True)
    if not is_taxed(paper.facts):
        sheet.line_of(sheet.tell("no_tax"), 8.5, SOFT, align="R")


def _after(sheet: Sheet, paper: Invoice) -> None:
    facts = paper.facts
    sheet.ln(6)
    sheet.rule()
    if paid := facts.get("paid"):
        how = f"{sheet.tell('paid_by')} : {paid['provider']} / {paid['method']}"
        sheet.line_of(how, 9, SOFT)
        if paid["reference"]:
            sheet.line_of(f"{sheet.tell('reference')} : {paid['reference']}", 9, SOFT)
        if paid["rate"]:
            charged = sheet.language.money(paid["amount"], paid["currency"])
            sheet.line_of(f"{sheet.tell('rate')} : {paid['rate']} ({charged})", 9, SOFT)
    if paper.kind == PaperKind.credit_note:
        is_coins = facts.get("way") == "coins"
        coins = sheet.language.number(facts.get("coins", 0))
        way = sheet.tell("way_coins", coins=coins) if is_coins else sheet.tell("way_source")
        sheet.line_of(way, 9, SOFT)
        if facts.get("reason"):
            sheet.line_of(f"{sheet.tell('reason')} : {facts['reason']}", 9, SOFT)
