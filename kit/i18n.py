"""Languages: French is what sources say; other languages are `locale/<code>.po` beside them.

Catalogues are compiled in memory when a front-end starts; there is nothing to build.
"""

import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path

from babel import Locale, dates, numbers
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

SOURCE = "fr"
LANGUAGES = ("fr", "en")
COIN = "COIN"  # the unit of coins in payments_service
NO_BREAK = "\N{NO-BREAK SPACE}"
KILO = 1000


def mark(text: str) -> str:
    """Say that this text is for people, and will be translated where it is shown."""
    return text


class Language:
    """One language: its words, and how it writes dates, money and durations."""

    def __init__(self, code: str, folders: Iterable[Path] = ()) -> None:
        self.code = code
        self.locale = Locale(code)
        self.words = Translations()
        for folder in folders:
            catalogue = folder / f"{code}.po"
            if code != SOURCE and catalogue.exists():
                self.words.merge(_compiled(catalogue.read_bytes()))

    def __call__(self, text: str, **values: object) -> str:
        found = str(self.words.gettext(text))
        return found % values if values else found

    def plural(self, one: str, many: str, count: int) -> str:
        """Return the form for this count, with `%(num)s` filled in."""
        return self.form(one, many, count) % {"num": self.number(count)}

    def form(self, one: str, many: str, count: int) -> str:
        """Return the form for this count; French takes the singular for zero too."""
        if self.code == SOURCE:
            return one if abs(count) < 2 else many
        return str(self.words.ngettext(one, many, count))

    def number(self, value: float) -> str:
        return str(numbers.format_decimal(value, locale=self.code))

    def money(self, amount: int, currency: str) -> str:
        """Write an amount in minor units: "500 F", "12,50 €", "30 pièces"."""
        if currency == COIN:
            return f"{self.number(amount)}{NO_BREAK}{self.form('pièce', 'pièces', amount)}"
        if currency in {"XOF", "XAF"}:
            return f"{self.number(amount)}{NO_BREAK}F"
        digits = numbers.get_currency_precision(currency)
        return str(numbers.format_currency(amount / 10**digits, currency, locale=self.code))

    def country(self, code: str) -> str:
        return str(self.locale.territories.get(code, code))

    def tongue(self, code: str) -> str:
        """Return the name of a language: "wolof"."""
        known = self.locale.languages
        return str(known.get(code) or known.get(code.partition("-")[0]) or code)

    def day(self, moment: date | datetime) -> str:
        return str(dates.format_date(moment, "d MMMM yyyy", locale=self.code))

    def month(self, day: date) -> str:
        """Write a month and its year: "novembre 2026"."""
        return str(dates.format_date(day, "LLLL yyyy", locale=self.code))

    def moment(self, moment: datetime, zone: tzinfo = UTC) -> str:
        """Write day and time; without a zone in UTC, where Abidjan, Accra, Dakar and Lomé live."""
        local = moment.astimezone(zone)
        return f"{dates.format_date(local, 'd MMM yyyy', locale=self.code)}, {local:%H:%M}"

    def duration(self, seconds: float) -> str:
        """Write a running time: "1 h 42", "48 min", "40 s"."""
        hours, minutes = divmod(round(seconds / 60), 60)
        if seconds < 60:
            return f"{round(seconds)}{NO_BREAK}s"
        if hours:
            return (
                f"{hours}{NO_BREAK}h{NO_BREAK}{minutes:02d}" if minutes else f"{hours}{NO_BREAK}h"
            )
        return f"{minutes}{NO_BREAK}min"

    def clock(self, seconds: float) -> str:
        """Write a place in a film: "1:02:07", "4:09"."""
        minutes, rest = divmod(int(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

    def size(self, count: float) -> str:
        """Write bytes: "330 Mo", "1,2 Go" (English: MB, GB)."""
        unit = "o" if self.code == SOURCE else "B"
        for prefix in ("", "k", "M", "G"):
            if count < KILO or prefix == "G":
                break
            count /= KILO
        digits = 1 if prefix == "G" and count < 10 else 0
        return f"{self.number(round(count, digits))}{NO_BREAK}{prefix}{unit}"


def languages(folders: Sequence[Path]) -> dict[str, Language]:
    return {code: Language(code, folders) for code in LANGUAGES}


def accepted(header: str, known: Sequence[str] = LANGUAGES) -> str:
    """Return the best known language of an Accept-Language header, or the first known one."""
    wishes = (_wish(part) for part in header.split(",")[:20])
    best = sorted((w for w in wishes if w[1] in known), key=lambda wish: -wish[0])
    return best[0][1] if best else known[0]


def _wish(part: str) -> tuple[float, str]:
    tag, _, rest = part.strip().partition(";")
    found = re.fullmatch(r"\s*q=([01](?:\.\d{1,3})?)\s*", rest)
    return float(found[1]) if found else 1.0, tag.split("-")[0].lower()


@cache
def _compiled(catalogue: bytes) -> Translations:
    """Return the words of a catalogue, which front-ends of one process share."""
    binary = io.BytesIO()
    write_mo(binary, read_po(io.BytesIO(catalogue)))
    binary.seek(0)
    return Translations(binary)
