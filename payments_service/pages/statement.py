"""A film-maker's month as PDF."""

from babel.dates import format_date

from payments_service.models.earnings import Statement
from payments_service.pages.sheet import SOFT, Sheet, first_lines
from payments_service.rules.papers import Seller

COLUMNS = (70, 20, 32, 20, 32)


def printed(statement: Statement, seller: Seller, maker_name: str, code: str) -> bytes:
    month = format_date(statement.month, "MMMM yyyy", locale="en" if code == "en" else "fr")
    sheet = Sheet(code, month, f"{seller.name}  ·  {statement.id}", statement.made_at)
    sheet.add_page()
    first_lines(sheet, seller.facts())
    sheet.line_of(f"{sheet.tell('statement')} : {month}", 16, is_bold=True)
    sheet.line_of(f"{sheet.tell('date')} : {sheet.language.day(statement.made_at)}", 10, SOFT)
    sheet.line_of(f"{sheet.tell('maker')} : {maker_name or statement.account_id}")
    sheet.ln(5)
    _films(sheet, statement)
    _sums(sheet, statement)
    return bytes(sheet.output())


def _films(sheet: Sheet, statement: Statement) -> None:
    names = ("film", "views", "views_amount", "sales", "sales_amount")
    rows = [[sheet.tell(name) for name in names]]
    for line in statement.lines:
        rows.append(  # noqa: PERF401  (a row is more than an expression)
            [
                str(line["film_title"] or line["film_id"]),
                sheet.language.number(line["views_count"]),
                sheet.language.money(line["views_amount"], statement.currency),
                sheet.language.number(line["sales_count"]),
                sheet.language.money(line["sales_amount"], statement.currency),
            ]
        )
    sheet.table_of(COLUMNS, rows)
    sheet.ln(4)


def _sums(sheet: Sheet, statement: Statement) -> None:
    sums = (
        ("opening", statement.opening_amount),
        ("views_amount", statement.views_amount),
        ("sales_amount", statement.sales_amount),
        ("paid", -statement.paid_amount),
        ("returned", statement.returned_amount),
    )
    for name, amount in sums:
        sheet.pair(sheet.tell(name), sheet.language.money(amount, statement.currency))
    closing = sheet.language.money(statement.closing_amount, statement.currency)
    sheet.pair(sheet.tell("closing"), closing, is_bold=True)
