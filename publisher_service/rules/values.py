"""Values of notices as people read them: moments written out, names of roles, what is missing."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from kit.contracts.publisher.notices import Locale
from kit.i18n import SOURCE, Language
from publisher_service.rules.words import Words, en, fr

LANGUAGES = {code: Language(code) for code in ("fr", "en")}
MOMENTS, DAYS = frozenset({"at", "until"}), frozenset({"on"})


def language(*wishes: str | None) -> Locale:
    """Return the first wish that we speak, else French."""
    for wish in wishes:
        code = (wish or "").partition("-")[0].lower()
        if code == "en":
            return "en"
        if code == "fr":
            return "fr"
    return "fr"


def words_of(kind: str, locale: str) -> Words:
    words: Words = (en if locale == "en" else fr).ALL[kind]
    return words


def phrase(name: str, locale: str, **values: str) -> str:
    """Return one of the phrases around a mail, such as FOOTER."""
    found: str = getattr(en if locale == "en" else fr, name)
    return found.format(**values)


def spoken(values: Mapping[str, Any], locale: str) -> dict[str, str]:
    """Return the values as words of that language."""
    return {name: _word(name, value, locale) for name, value in values.items()}


def whole(
    names: tuple[str, ...], values: Mapping[str, Any], brand: str, locale: str
) -> dict[str, str]:
    """Return every value that a kind has, also those that were not given."""
    source = en if locale == "en" else fr
    found = dict.fromkeys(names, "") | spoken(values, locale) | {"brand": brand}
    return {name: value or source.UNKNOWN.get(name, "") for name, value in found.items()}


def made_up(names: tuple[str, ...], locale: str) -> dict[str, Any]:
    """Return values for a preview."""
    known = {
        "name": "Awa", "link": "https://example.org/l/abc", "url": "https://example.org/films/sira",
        "hours": 24, "minutes": 15, "days": 7, "at": "2026-11-21T18:30:00+00:00",
        "on": "2026-12-21T00:00:00+00:00", "until": "2026-11-28T18:30:00+00:00",
        "device": "Firefox · Android", "place": "Abidjan", "old": "awa@example.org",
        "new": "awa.k@example.org", "what": "passkey_added", "inviter": "Dana Agbeko",
        "role": "producer", "studio": "Studio Lagune", "admin": "Dana Agbeko",
        "why": "lecture bloquée" if locale == SOURCE else "playback stuck", "client": "Sahel TV",
        "title": "Sira", "series": "Les Gens du fleuve", "by": "Studio Lagune", "count": 2,
        "picture": "", "items": "Sira\nhttps://example.org/films/sira", "code": "042917",
        "coins": 40, "giver": "Koffi", "message": "Bon film !",
        "plan": "VIP", "number": "F-2026-000012", "share": "40 %", "amount": "2 000 F CFA",
    }  # fmt: skip
    return {name: known[name] for name in names if name in known}


def _word(name: str, value: object, locale: str) -> str:
    source = en if locale == "en" else fr
    text = "" if value is None else str(value)
    named: dict[str, Mapping[str, str]] = {"what": source.WHAT, "role": source.ROLES}
    if name in named:
        return named[name].get(text, text)
    if name in MOMENTS:
        return _moment(text, LANGUAGES[locale].moment, " UTC")
    if name in DAYS:
        return _moment(text, LANGUAGES[locale].day, "")
    return text


def _moment(text: str, write: Callable[[datetime], str], zone: str) -> str:
    try:
        return write(datetime.fromisoformat(text)) + zone
    except ValueError:
        return text
