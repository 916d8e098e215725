"""Tickets with QR codes to print on A4: one page of HTML, its style inside."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import segno
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from kit.contracts.tokens import Token
from tokens_service.pages.brand import Brand

AT_ONCE = 20
WORDS = {
    "fr": {
        "title": "Billets", "public": "Entrée libre", "vip": "VIP", "ppv": "Un film",
        "until": "Valable jusqu’au", "how": "Scannez, ou saisissez ce code sur",
        "devices": "appareils au plus", "cut": "À découper le long des pointillés.",
        "none": "Aucun billet valable dans ce lot.",
    },
    "en": {
        "title": "Tickets", "public": "Free entry", "vip": "VIP", "ppv": "One film",
        "until": "Valid until", "how": "Scan, or type this code at",
        "devices": "devices at most", "cut": "Cut along the dotted lines.",
        "none": "No valid ticket in this batch.",
    },
}  # fmt: skip
_templates = Environment(
    loader=PackageLoader("tokens_service"), autoescape=True, undefined=StrictUndefined,
    trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip


async def written(tokens: Sequence[Token], brand: Brand, language: str) -> AsyncIterator[str]:
    """Give the page part by part; drawing two thousand codes takes seconds, off the loop."""
    valid = [one for one in tokens if one.state == "active" and one.code]
    about = {"brand": brand, "words": WORDS[language], "language": language, "empty": not valid}
    yield _templates.get_template("sheet_head.html").render(about)
    for at in range(0, len(valid), AT_ONCE):
        yield await asyncio.to_thread(_tickets, valid[at : at + AT_ONCE], about)
    yield _templates.get_template("sheet_foot.html").render(about)


def _tickets(tokens: Sequence[Token], about: dict[str, Any]) -> str:
    template, brand = _templates.get_template("ticket.html"), about["brand"]
    return "".join(
        template.render(about, token=one, qr=qr(brand.address(one.code))) for one in tokens
    )


def qr(address: str) -> Markup:
    """Return a QR code as SVG: middle error correction, for crumpled paper.

    Any mask can be read; trying all eight for the prettiest would cost five times as much.
    """
    drawn = segno.make(address, error="m", micro=False, mask=3)
    return Markup(drawn.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass=None))  # noqa: S704  drawn here
