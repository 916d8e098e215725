"""Tables on a phone: each cell says its column, for the sheet that lays a row out as a card."""

import re
from collections.abc import Sequence

from markupsafe import Markup, escape

TAG = re.compile(r"<(tr|td|th)\b([^>]*)>")
SPAN = re.compile(r'\bcolspan="(\d+)"')


def labelled(rows: Markup, columns: Sequence[tuple[str, str]]) -> Markup:
    """Write the name of its column into every cell that has one column alone."""
    at = 0

    def label(found: re.Match[str]) -> str:
        nonlocal at
        tag, attributes = found[1], found[2]
        if tag == "tr":
            at = 0
            return found[0]
        here, span = at, SPAN.search(attributes)
        at += int(span[1]) if span else 1
        words = columns[here][0] if here < len(columns) else ""
        if tag == "th" or span or not words:
            return found[0]
        return f'<td{attributes} data-label="{escape(words)}">'

    return Markup(TAG.sub(label, rows))  # noqa: S704  (rows are escaped already)
