"""Vouchers and gift cards to print on A4: one page of HTML, its style inside; and as a table."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from kit.i18n import Language
from payments_service.actions.vouchers.batches import Ticket
from payments_service.pages.qr import qr

AT_ONCE = 20
WORDS = {
    "fr": {
        "title": "Bons d’achat", "how": "À saisir sur", "number": "n°",
        "sold": "Sans valeur avant la vente : l’agence l’active.",
        "cut": "À découper le long des pointillés.", "none": "Plus aucun bon à vendre dans ce lot.",
        "card": "Carte cadeau", "until": "Valable jusqu’au",
    },
    "en": {
        "title": "Vouchers", "how": "Type it at", "number": "no.",
        "sold": "Worth nothing before it is sold: the agency activates it.",
        "cut": "Cut along the dotted lines.", "none": "No voucher of this batch is left to sell.",
        "card": "Gift card", "until": "Valid until",
    },
}  # fmt: skip
LANGUAGES = {code: Language(code) for code in WORDS}
_templates = Environment(
    loader=PackageLoader("payments_service"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Brand:
    name: str
    portal_url: str

    def address(self, code: str) -> str:
        """Return the address that opens the wallet with this code typed in."""
        return f"{self.portal_url}/account/wallet?code={code}"


@dataclass(frozen=True, slots=True)
class Card:
    """A gift card to print."""

    code: str
    amount: int
    currency: str
    message: str
    expires_at: datetime | None


async def written(
    tickets: Sequence[Ticket], title: str, brand: Brand, language: str
) -> AsyncIterator[str]:
    """Give the page part by part; drawing two thousand codes takes seconds, off the loop."""
    about = {
        "brand": brand, "words": WORDS[language], "language": language, "title": title,
        "empty": not tickets,
    }  # fmt: skip
    yield _templates.get_template("sheet_head.html").render(about)
    for at in range(0, len(tickets), AT_ONCE):
        yield await asyncio.to_thread(_drawn, tickets[at : at + AT_ONCE], about)
    yield _templates.get_template("sheet_foot.html").render(about)


def card(found: Card, brand: Brand, language: str) -> str:
    """Return one gift card as a page to print."""
    about = {
        "brand": brand, "words": WORDS[language], "language": language, "card": found,
        "title": WORDS[language]["card"], "empty": False,
        "money": LANGUAGES[language].money(found.amount, found.currency),
        "until": LANGUAGES[language].day(found.expires_at) if found.expires_at else "",
        "qr": qr(brand.address(found.code)),
    }  # fmt: skip
    names = ("sheet_head.html", "gift_card.html", "sheet_foot.html")
    return "".join(_templates.get_template(name).render(about) for name in names)


def table(tickets: Iterable[Ticket]) -> str:
    """Return the codes as a table; a byte-order mark tells spreadsheets that it is UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    rows = csv.writer(out)
    rows.writerow(("number", "code", "amount", "currency"))
    for one in tickets:
        rows.writerow((one.number, one.code, one.amount, one.currency))
    return out.getvalue()


def _drawn(tickets: Sequence[Ticket], about: dict[str, Any]) -> str:
    template, brand = _templates.get_template("voucher.html"), about["brand"]
    money = LANGUAGES[about["language"]].money
    return "".join(
        template.render(
            about, ticket=one, money=money(one.amount, one.currency),
            qr=qr(brand.address(one.code)),
        )
        for one in tickets
    )  # fmt: skip
