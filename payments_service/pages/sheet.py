"""A sheet of A4 as all papers are set: one family of letters, one column, one colour.

The letters are Noto Sans (SIL Open Font License, `fonts/LICENSE.txt`), cut down to the Latin
alphabets with all that French, Éwé, Fon and Yoruba need.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from typing_extensions import override

from kit.i18n import Language
from payments_service.pages.words import WORDS

FONTS = Path(__file__).parent / "fonts"
FAMILY = "sans"
INK, SOFT, LINE, ALARM = (28, 26, 24), (110, 104, 98), (222, 216, 208), (170, 32, 32)
MARGIN, WIDTH = 18.0, 210.0 - 2 * 18.0


class Sheet(FPDF):
    """`tell(name)` is a word of the language, `language` writes dates and money."""

    def __init__(self, code: str, title: str, foot: str, made_at: datetime) -> None:
        super().__init__(format="A4")
        self.code = "en" if code == "en" else "fr"
        self.language = language(self.code)
        self.foot = foot
        self.alarm = ""
        self.add_font(FAMILY, "", FONTS / "sans.ttf")
        self.add_font(FAMILY, "B", FONTS / "sans-bold.ttf")
        self.set_margin(MARGIN)
        self.set_auto_page_break(auto=True, margin=24)
        self.set_title(title)
        self.set_lang("en-GB" if self.code == "en" else "fr-FR")
        self.set_creation_date(made_at)  # the paper's, not the print's: a reprint is the same
        self.set_producer("Karangou")

    def tell(self, name: str, **values: object) -> str:
        said = WORDS[self.code][name]
        return said % values if values else said

    @override
    def header(self) -> None:
        if self.alarm:
            self.line_of(self.alarm, 9, ALARM, is_bold=True)
            self.ln(2)

    @override
    def footer(self) -> None:
        self.set_y(-16)
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*SOFT)
        self.multi_cell(0, 4, self.foot, align="C")

    def line_of(
        self,
        text: str,
        size: float = 10,
        colour: tuple[int, int, int] = INK,
        *,
        is_bold: bool = False,
        align: str = "L",
    ) -> None:
        """Write a paragraph over the whole width."""
        self.set_font(FAMILY, "B" if is_bold else "", size)
        self.set_text_color(*colour)
        self.multi_cell(WIDTH, size * 0.5, text, align=align, new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def rule(self) -> None:
        self.set_draw_color(*LINE)
        self.line(MARGIN, self.get_y() + 1, MARGIN + WIDTH, self.get_y() + 1)
        self.ln(3)

    def pair(self, name: str, value: str, *, is_bold: bool = False) -> None:
        """Write a sum: its name and, at the right edge, how much."""
        self.set_font(FAMILY, "B" if is_bold else "", 11 if is_bold else 10)
        self.set_text_color(*INK)
        self.cell(WIDTH - 50, 6, name, align="R")
        self.cell(50, 6, value, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def table_of(self, widths: Sequence[float], rows: Sequence[Sequence[str]]) -> None:
        """Write a table; the first row says what is in the columns, the first column is text."""
        aligned = ("LEFT", *["RIGHT"] * (len(widths) - 1))
        self.set_font(FAMILY, "", 9.5)
        self.set_text_color(*INK)
        self.set_draw_color(*LINE)
        with self.table(
            width=round(sum(widths)),
            col_widths=tuple(widths),
            text_align=aligned,
            borders_layout="HORIZONTAL_LINES",
            line_height=6,
            padding=(0.8, 1),
        ) as table:
            for row in rows:
                table.row(row)


@cache
def language(code: str) -> Language:
    return Language(code)


def first_lines(sheet: Sheet, seller: Mapping[str, object]) -> None:
    """Write who the paper is from."""
    sheet.line_of(str(seller.get("name", "")), 14, is_bold=True)
    lines = seller.get("lines")
    for line in [*(lines if isinstance(lines, list) else []), seller.get("number", "")]:
        if line:
            sheet.line_of(str(line), 9, SOFT)
    sheet.ln(6)
