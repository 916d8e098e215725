"""Codes as a table that spreadsheets open."""

import csv
import io
from collections.abc import Iterable

from kit.contracts.tokens import Token
from tokens_service.pages.brand import Brand

COLUMNS = ("code", "address", "title", "label", "access_level", "video_id", "expires_at", "state")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def written(tokens: Iterable[Token], brand: Brand) -> str:
    """Return the table; a byte-order mark tells spreadsheets that it is UTF-8."""
    out = io.StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for one in tokens:
        table.writerow(
            (one.code, brand.address(one.code), _harmless(one.title), _harmless(one.label),
             one.access_level, one.video_id or "", one.expires_at.isoformat(), one.state)
        )  # fmt: skip
    return out.getvalue()


def _harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
