from datetime import UTC, datetime
from pathlib import Path

import pytest

from kit.i18n import Language, accepted
from tests.translations import ROOT, missing

NBSP = "\N{NO-BREAK SPACE}"
FRENCH, ENGLISH = Language("fr"), Language("en", [ROOT / "kit" / "ui" / "locale"])


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("de,en;q=0.5,fr;q=0.8", "fr"),
        ("de", "fr"),
        ("fr;q=0,en;q=0.1", "en"),
        ("*", "fr"),
        (";;;,q=,en;q=x" * 50, "en"),
    ],
)
def test_the_language_a_browser_asks_for(header: str, language: str) -> None:
    assert accepted(header) == language


def test_words_are_translated_and_unknown_ones_stay() -> None:
    assert ENGLISH("Fermer") == "Close"
    assert FRENCH("Fermer") == "Fermer"
    assert ENGLISH("Il faut au moins %(ge)s.", ge=3) == "At least 3 is needed."
    assert ENGLISH("Rien de tel") == "Rien de tel"


def test_french_counts_zero_as_one_and_english_does_not(tmp_path: Path) -> None:
    head = 'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    entry = (
        'msgid "%(num)s film"\nmsgid_plural "%(num)s films"\n'
        'msgstr[0] "%(num)s movie"\nmsgstr[1] "%(num)s movies"\n'
    )
    (tmp_path / "en.po").write_text(head + entry)
    english = Language("en", [tmp_path])
    forms = ("%(num)s film", "%(num)s films")
    assert [FRENCH.plural(*forms, n) for n in (0, 1, 2)] == ["0 film", "1 film", "2 films"]
    assert [english.plural(*forms, n) for n in (0, 1, 2)] == ["0 movies", "1 movie", "2 movies"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(40, "40 s"), (60, "1 min"), (2880, "48 min"), (3600, "1 h"), (6120, "1 h 42"), (3599, "1 h")],
)
def test_a_running_time_reads_as_on_a_poster(seconds: int, text: str) -> None:
    assert FRENCH.duration(seconds).replace(NBSP, " ") == text


def test_money_and_sizes_and_days_are_written_as_people_do() -> None:
    assert FRENCH.money(500, "XOF") == f"500{NBSP}F"
    assert FRENCH.money(1250, "EUR").replace("\N{NARROW NO-BREAK SPACE}", NBSP) == f"12,50{NBSP}€"
    assert ENGLISH.money(1250, "EUR") == "€12.50"
    assert FRENCH.size(330_000_000) == f"330{NBSP}Mo"
    assert ENGLISH.size(1_250_000_000) == f"1.2{NBSP}GB"
    assert FRENCH.day(datetime(2026, 11, 21, tzinfo=UTC)) == "21 novembre 2026"
    assert ENGLISH.day(datetime(2026, 11, 21, tzinfo=UTC)) == "21 November 2026"
    assert FRENCH.clock(3727) == "1:02:07"
    assert (FRENCH.country("SN"), ENGLISH.country("CI")) == ("Sénégal", "Côte d’Ivoire")
    assert FRENCH.tongue("wo") == "wolof"


def test_every_text_of_the_kit_has_its_english() -> None:
    assert missing(ROOT / "kit") == []
