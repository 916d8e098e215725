"""What stands on an invoice or credit note, and how it is numbered. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kit.contracts.payments.papers import PaperKind
from payments_service.models.orders import Attempt, Order
from payments_service.models.papers import Invoice, Refund
from payments_service.rules.taxes import rate_of

DIGITS = 6
TEST = "TEST"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells, as it stands on every paper."""

    name: str
    address: str = ""
    number: str = ""
    email: str = ""
    tax_percent: str = "0"

    def facts(self) -> dict[str, Any]:
        lines = [line.strip() for line in self.address.split("|") if line.strip()]
        return {"name": self.name, "lines": lines, "number": self.number, "email": self.email}


def number_of(series: str, year: int, number: int) -> str:
    """Write a number as people quote it: F-2026-000012."""
    return f"{series}-{year}-{number:0{DIGITS}d}"


def series_of(name: str, *, is_test: bool) -> str:
    """Return the series of a paper: test money never takes a number of the real one."""
    return f"{TEST}{name}" if is_test else name


def invoice_facts(
    order: Order, attempt: Attempt | None, seller: Seller, buyer_name: str
) -> dict[str, Any]:
    """Return all that stands on an invoice, so that it can be printed again after years."""
    return {
        "seller": seller.facts(),
        "buyer": _buyer(order, buyer_name),
        "title": order.title,
        "order_kind": str(order.kind),
        "quantity": order.quantity,
        "list_amount": order.list_amount,
        "discount_amount": order.discount_amount,
        "coupon_code": order.coupon_code or "",
        "tax_percent": seller.tax_percent if order.tax_amount else "0",
        "paid": _paid(attempt),
        "is_test": order.is_test,
    }


def credit_facts(order: Order, refund: Refund, invoice: Invoice) -> dict[str, Any]:
    """Return all that stands on a credit note; who sold and who bought is as on the invoice."""
    facts: Mapping[str, Any] = invoice.facts
    return {
        "seller": facts["seller"],
        "buyer": facts["buyer"],
        "title": order.title,
        "order_kind": str(order.kind),
        "quantity": 1,
        "list_amount": refund.amount,
        "discount_amount": 0,
        "coupon_code": "",
        "tax_percent": facts["tax_percent"],
        "credits": number_of(invoice.series, invoice.year, invoice.number),
        "reason": refund.reason,
        "way": refund.way,
        "coins": refund.coins + refund.bonus_coins,
        "is_test": order.is_test,
    }


def tax_of_refund(order: Order, refund: Refund) -> int:
    """Return the tax inside a refund: in proportion, and all of it once all is refunded."""
    if not order.amount:
        return 0
    after = order.refunded_amount
    before = after - refund.amount
    return order.tax_amount * after // order.amount - order.tax_amount * before // order.amount


def paper_kind(invoice: Invoice) -> PaperKind:
    return PaperKind(invoice.kind)


def is_taxed(facts: Mapping[str, Any]) -> bool:
    return rate_of(str(facts.get("tax_percent", "0"))) > 0


def _buyer(order: Order, name: str) -> dict[str, str]:
    return {
        "name": name,
        "email": order.email,
        "phone": order.phone,
        "country": order.country or "",
    }


def _paid(attempt: Attempt | None) -> dict[str, Any]:
    if attempt is None:
        return {}
    return {
        "provider": attempt.provider,
        "method": attempt.method,
        "reference": attempt.provider_ref or "",
        "amount": attempt.seen_amount or attempt.amount,
        "currency": attempt.seen_currency or attempt.currency,
        "rate": attempt.rate or "",
    }
