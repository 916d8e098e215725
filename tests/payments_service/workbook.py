"""Reading a workbook as a spreadsheet does: a zip with a sheet of XML in it."""

import io
import re
import zipfile
from html import unescape
from typing import Any

ROW = re.compile(r"<row [^>]*>(.*?)</row>", re.DOTALL)
CELL = re.compile(r'<c r="[A-Z]+\d+"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)


def rows(workbook: bytes) -> list[list[Any]]:
    """Return the cells that are filled, row by row: texts and numbers."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    return [[_value(*cell) for cell in CELL.findall(row)] for row in ROW.findall(sheet)]


def _value(attributes: str, inside: str) -> str | float:
    assert "<f>" not in inside, "a formula"
    found = re.search(r"<(?:t|v)[^>]*>(.*?)</(?:t|v)>", inside, re.DOTALL)
    assert found
    return unescape(found[1]) if "inlineStr" in attributes else float(found[1])
