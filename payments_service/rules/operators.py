"""Who carries mobile money where, and what each rail calls them: one table. Pure.

A row says: in this country, numbers that begin like this are usually theirs (numbers move between
operators, so it is a guess that the payer may change), and these rails reach them so. Rails are
named as providers are; `pushed` ones ask on the payer's phone, the others on a page of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

CURRENCIES = {
    "BF": "XOF", "BJ": "XOF", "CI": "XOF", "ML": "XOF", "NE": "XOF", "SN": "XOF", "TG": "XOF",
    "GN": "GNF",
}  # fmt: skip
ELSEWHERE = "XOF"


@dataclass(frozen=True, slots=True)
class Way:
    """How a rail reaches an operator. `code` is its word for it; empty where it has none."""

    code: str
    is_pushed: bool


@dataclass(frozen=True, slots=True)
class Operator:
    """`prefixes`: how its numbers begin, after the country code."""

    country: str
    name: str
    title: str
    prefixes: tuple[str, ...]
    ways: Mapping[str, Way] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        return CURRENCIES.get(self.country, ELSEWHERE)


def pushed(code: str) -> Way:
    return Way(code, is_pushed=True)


def on_page(code: str = "") -> Way:
    return Way(code, is_pushed=False)


def _row(country: str, name: str, title: str, prefixes: str, **ways: Way) -> Operator:
    return Operator(country, name, title, tuple(prefixes.split()), ways)


# FedaPay: its pages of payment methods. MTN: its target environments. Wave, CinetPay and PayDunya:
# their own lists. Prefixes: the numbering plans as libphonenumber has them (9.0.42).
OPERATORS = (
    _row("BF", "moov", "Moov", "01 02 03 50 51 52 53 60 61 62 63 70 71 72 73", fedapay=on_page()),
    _row("BF", "orange", "Orange", "04 05 06 07 4 54 55 56 57 64 65 66 67 74 75 76 77",
         fedapay=on_page()),
    _row("BF", "wave", "Wave", "", wave=on_page()),
    _row("BJ", "celtiis", "Celtiis", "0128 014 0192 0193", fedapay=pushed("sbin")),
    _row("BJ", "moov", "Moov", "0145 0155 0158 0160 0163 0164 0165 0168 0194 0195 0198 0199",
         fedapay=pushed("moov"), cinetpay=pushed("MOOV_BJ"), paydunya=on_page("moov-benin")),
    _row("BJ", "mtn", "MTN", "0142 0146 015 0161 0162 0166 0167 0169 0190 0191 0196 0197",
         fedapay=pushed("mtn_open"), mtn_momo=pushed("mtnbenin"), cinetpay=pushed("MTN_BJ"),
         paydunya=on_page("mtn-benin")),
    _row("CI", "moov", "Moov", "01", fedapay=on_page(), cinetpay=pushed("MOOV_CI"),
         paydunya=on_page("moov-ci")),
    _row("CI", "mtn", "MTN", "05", fedapay=pushed("mtn_ci"), mtn_momo=pushed("mtnivorycoast"),
         cinetpay=pushed("MTN_CI"), paydunya=on_page("mtn-ci")),
    _row("CI", "orange", "Orange", "07", fedapay=on_page(), cinetpay=on_page("OM_CI"),
         paydunya=on_page("orange-money-ci")),
    _row("CI", "wave", "Wave", "", wave=on_page(), fedapay=on_page(),
         cinetpay=on_page("WAVE_CI"), paydunya=on_page("wave-ci")),
    _row("GN", "mtn", "MTN", "66", fedapay=pushed("mtn_open_gn"),
         mtn_momo=pushed("mtnguineaconakry")),
    _row("ML", "orange", "Orange", "200 7 82 83 84 85 90 91 92 93 94", fedapay=on_page()),
    _row("ML", "wave", "Wave", "", wave=on_page()),
    _row("NE", "airtel", "Airtel", "77 86 87 88 89 96 97 98 99", fedapay=pushed("airtel_ne")),
    _row("SN", "expresso", "Expresso", "70", cinetpay=pushed("EXPRESSO_SN")),
    _row("SN", "free", "Free (Mixx by Yas)", "76", fedapay=pushed("free_sn"),
         cinetpay=pushed("FREE_SN"), paydunya=on_page("free-money-senegal")),
    _row("SN", "orange", "Orange", "71 77 78", fedapay=on_page(), cinetpay=on_page("OM_SN"),
         paydunya=on_page("orange-money-senegal")),
    _row("SN", "wave", "Wave", "", wave=on_page(), fedapay=on_page(),
         cinetpay=on_page("WAVE_SN"), paydunya=on_page("wave-senegal")),
    _row("TG", "mixx", "Mixx by Yas", "70 71 72 73 90 91 92 93", fedapay=pushed("togocel"),
         cinetpay=pushed("TMONEY_TG"), paydunya=on_page("t-money-togo")),
    _row("TG", "moov", "Moov", "78 79 96 97 98 99", fedapay=pushed("moov_tg"),
         cinetpay=pushed("MOOV_TG"), paydunya=on_page("moov-togo")),
)  # fmt: skip


def operators_in(country: str) -> tuple[Operator, ...]:
    return tuple(each for each in OPERATORS if each.country == country)


def operator(country: str, name: str) -> Operator | None:
    return next((each for each in operators_in(country) if each.name == name), None)


def way(rail: str, country: str, name: str) -> Way | None:
    """Return how a rail reaches an operator in a country; None when it does not."""
    found = operator(country, name)
    return found.ways.get(rail) if found else None


def reached_by(rail: str) -> tuple[Operator, ...]:
    return tuple(each for each in OPERATORS if rail in each.ways)


def operator_of(country: str, digits: str) -> str:
    """Return whose number this probably is, by its longest known beginning; empty: nobody knows.

    `digits`: the number without its country code.
    """
    found = [
        (len(prefix), each.name)
        for each in operators_in(country)
        for prefix in each.prefixes
        if digits.startswith(prefix)
    ]
    return max(found)[1] if found else ""
