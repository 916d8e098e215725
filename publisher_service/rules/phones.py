"""Phone numbers and what goes to them: short texts, requests of a provider's shape. Pure."""

import json
import unicodedata
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

TAKES_MESSAGES = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
# GSM 03.38, without what counts double. One letter outside makes a text cost twice as much.
GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
PLAINER = str.maketrans({
    "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"', "»": '"', "–": "-", "—": "-", "…": "...",
    "œ": "oe", "Œ": "OE", "\u00a0": " ", "\u202f": " ", "·": "-", "•": "-",
})  # fmt: skip
LONGEST = 306  # two parts of an SMS


def number_of(text: str, country: str) -> tuple[str, str] | None:
    """Return a number as E.164 and its country's code; None when no message can go there."""
    try:
        found = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(found):
        return None
    if phonenumbers.number_type(found) not in TAKES_MESSAGES:
        return None
    where = phonenumbers.region_code_for_number(found) or ""
    return phonenumbers.format_number(found, PhoneNumberFormat.E164), where


def shown(number: str) -> str:
    """Return a number as people write it."""
    found = phonenumbers.parse(number)
    return phonenumbers.format_number(found, PhoneNumberFormat.INTERNATIONAL)


def is_served(country: str, countries: str) -> bool:
    """Say whether messages go to this country; `countries` as in the setting."""
    wanted = {one.strip().upper() for one in countries.split(",") if one.strip()}
    return not wanted or country in wanted


def sms(brand: str, brief: str, url: str | None) -> str:
    """Return the words of an SMS, in letters that do not make it dearer."""
    start = f"{brand}: {brief}"
    whole = f"{start} {url}" if url and len(start) + len(url) < LONGEST else start
    return "".join(_plain(letter) for letter in whole.translate(PLAINER))[:LONGEST]


def _plain(letter: str) -> str:
    if letter in GSM:
        return letter
    bare = unicodedata.normalize("NFKD", letter)
    return "".join(one for one in bare if one in GSM) or ("?" if bare.isprintable() else "")


def request(template: str, values: Mapping[str, str]) -> tuple[str, bytes]:
    """Return the media type and the content of a request: JSON, or a form, filled with values."""
    if template.lstrip().startswith(("{", "[")):
        return "application/json", json.dumps(_filled(json.loads(template), values)).encode()
    pairs = [(name, fill(value, values)) for name, value in parse_qsl(template)]
    return "application/x-www-form-urlencoded", urlencode(pairs).encode()


def _filled(part: Any, values: Mapping[str, str]) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(part, str):
        return fill(part, values)
    if isinstance(part, list):
        return [_filled(one, values) for one in part]
    if isinstance(part, dict):
        return {name: _filled(one, values) for name, one in part.items()}
    return part


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in, in one pass: what a value says is never filled in again."""
    found, rest = "", text
    while rest:
        before, brace, after = rest.partition("{")
        name, closing, behind = after.partition("}")
        if brace and closing and name in values:
            found, rest = found + before + values[name], behind
        else:
            found, rest = found + before + brace, after
    return found


def at(found: Any, path: str) -> str:  # noqa: ANN401  (JSON)
    """Return what stands at `messages.0.id`, as text; empty when nothing does."""
    for name in path.split("."):
        if isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        elif isinstance(found, dict):
            found = found.get(name)
        else:
            return ""
    return str(found)[:200].replace("\0", "") if isinstance(found, str | int | float) else ""


def check_template(name: str, template: str) -> None:
    """Raise ValueError unless requests can be made of this setting."""
    try:
        request(template, {})
    except ValueError as error:
        raise ValueError(f"{name} is neither JSON nor a form: to={{to}}&text={{text}}.") from error
    if "{text}" not in template or not ("{to}" in template or "{digits}" in template):
        raise ValueError(f"{name} needs {{text}}, and {{to}} or {{digits}}.")
