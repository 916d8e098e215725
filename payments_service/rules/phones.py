"""Phone numbers that pay and are paid, and how each rail wants them written. Pure.

Bénin's numbers have had ten digits since November 2024: the old eight, behind 01. People still
type the old ones, and FedaPay's sandbox knows only those.
"""

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from payments_service.rules.operators import operator_of

PAYS = frozenset({PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE})
OLD_BENIN = 8


def number_of(text: str, country: str) -> tuple[str, str] | None:
    """Return a number as E.164, and its country; None when no mobile money can be there.

    `country`: where a number without a country code is.
    """
    try:
        found = phonenumbers.parse(text[:40], country.upper() or None)
    except phonenumbers.NumberParseException:
        return None
    national = phonenumbers.national_significant_number(found)
    if found.country_code == 229 and len(national) == OLD_BENIN:
        found = phonenumbers.parse(f"+22901{national}")
    if not phonenumbers.is_valid_number(found) or phonenumbers.number_type(found) not in PAYS:
        return None
    where = phonenumbers.region_code_for_number(found) or ""
    return phonenumbers.format_number(found, PhoneNumberFormat.E164), where


def probable_operator(phone: str) -> str:
    """Return whose number an E.164 one probably is; empty: nobody knows."""
    country, national = parts(phone)
    return operator_of(country, national)


def parts(phone: str) -> tuple[str, str]:
    """Return the country and the digits without its code of an E.164 number; empty for none."""
    try:
        found = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return "", ""
    where = phonenumbers.region_code_for_number(found) or ""
    return where, phonenumbers.national_significant_number(found)


def msisdn(phone: str) -> str:
    """Write an E.164 number as MTN wants it: digits only, with the country code."""
    return phone.removeprefix("+")


def for_fedapay(phone: str, *, is_sandbox: bool) -> dict[str, str]:
    """Write an E.164 number as FedaPay wants it; its sandbox knows Bénin's old eight digits."""
    country, national = parts(phone)
    if is_sandbox and country == "BJ":
        return {"number": national.removeprefix("01"), "country": "bj"}
    return {"number": phone, "country": country.lower()}
