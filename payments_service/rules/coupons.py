"""What a coupon takes off an order, and why it does not."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from kit.contracts.payments.errors import CouponNotValid
from kit.contracts.payments.promotions import CouponKind


@dataclass(frozen=True, slots=True)
class Terms:
    """A coupon's own; the fields are those of its row."""

    kind: CouponKind
    percent: int | None
    amount: int | None
    currency: str | None
    most_amount: int | None
    least_order_amount: int | None
    kinds: Collection[str]
    subjects: Collection[str]
    starts_at: datetime | None
    ends_at: datetime | None
    is_active: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """The order a coupon is tried on; `amount` is its price before the coupon."""

    kind: str
    subject: str
    amount: int
    currency: str
    at: datetime


def folded(code: str) -> str:
    """Return a code as it is kept: people type it in any case, with spaces."""
    return "".join(code.split()).upper()


def discount(terms: Terms, asked: Asked) -> int:
    """Return what it takes off, in minor units; raise CouponNotValid with the reason.

    A percentage is rounded down: never more than it says, never more than the order costs.
    """
    for reason, is_so in _obstacles(terms, asked):
        if is_so:
            raise CouponNotValid(reason=reason)
    if terms.kind is CouponKind.percent:
        off = asked.amount * (terms.percent or 0) // 100
        if terms.most_amount is not None and terms.currency == asked.currency:
            off = min(off, terms.most_amount)
    else:
        off = terms.amount or 0
    off = min(off, asked.amount)
    if off == 0:
        raise CouponNotValid(reason="nothing_off")
    return off


def _obstacles(terms: Terms, asked: Asked) -> list[tuple[str, bool]]:
    has_amounts = terms.currency is not None
    least = terms.least_order_amount
    return [
        ("not_active", not terms.is_active),
        ("not_yet", terms.starts_at is not None and asked.at < terms.starts_at),
        ("over", terms.ends_at is not None and asked.at >= terms.ends_at),
        ("other_kind", bool(terms.kinds) and asked.kind not in terms.kinds),
        ("other_subject", bool(terms.subjects) and asked.subject not in terms.subjects),
        ("other_currency", has_amounts and terms.currency != asked.currency),
        ("too_little", least is not None and asked.amount < least),
    ]
