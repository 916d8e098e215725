"""Invoices and credit notes: numbered without gaps, never changed, printed as PDF at any time."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kit.pages import Page
from kit.schema import Schema, Whole


class PaperKind(StrEnum):
    """An invoice is the receipt of an order; a credit note says what of it came back."""

    invoice = "invoice"
    credit_note = "credit_note"


class Paper(Schema):
    """Seen by whose order it is, and by `money:read`. `number` is as people quote it.

    Amounts are in minor units; `total_amount` includes `tax_amount`. Those of a credit note are
    what was given back, without a sign.
    """

    id: UUID
    kind: PaperKind
    number: str
    order_id: UUID
    account_id: UUID | None
    credits_id: UUID | None
    title: str
    currency: str
    tax_amount: Whole
    total_amount: Whole
    locale: str
    issued_at: datetime


Papers = Page[Paper]


class PaperQuery(Schema):
    """Filters of `GET /papers`; newest first. `search` is part of a number."""

    kind: PaperKind | None = None
    account_id: UUID | None = None
    order_id: UUID | None = None
    year: int | None = None
    search: str | None = None


class OrderPapers(Schema):
    """All papers of one order, oldest first."""

    items: list[Paper]
