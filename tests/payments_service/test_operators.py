"""Whose a number probably is, and how each rail wants numbers, amounts and reasons."""

import pytest

from payments_service.providers.provider import REASONS
from payments_service.rules.amounts import minor_units, written
from payments_service.rules.operators import OPERATORS, operator, reached_by, way
from payments_service.rules.phones import for_fedapay, msisdn, number_of, probable_operator
from payments_service.rules.reasons import WORDS, reason_in


@pytest.mark.parametrize(
    ("text", "country", "number", "where", "carrier"),
    [
        ("0197000000", "BJ", "+2290197000000", "BJ", "mtn"),
        ("97000000", "BJ", "+2290197000000", "BJ", "mtn"),
        ("+229 97 00 00 00", "TG", "+2290197000000", "BJ", "mtn"),
        ("0195000000", "BJ", "+2290195000000", "BJ", "moov"),
        ("0140000000", "BJ", "+2290140000000", "BJ", "celtiis"),
        ("64000001", "BJ", "+2290164000001", "BJ", "moov"),
        ("90 11 22 33", "TG", "+22890112233", "TG", "mixx"),
        ("70112233", "tg", "+22870112233", "TG", "mixx"),
        ("+228 99 11 22 33", "", "+22899112233", "TG", "moov"),
        ("0707070707", "CI", "+2250707070707", "CI", "orange"),
        ("0505050505", "CI", "+2250505050505", "CI", "mtn"),
        ("0101010101", "CI", "+2250101010101", "CI", "moov"),
        ("77 123 45 67", "SN", "+221771234567", "SN", "orange"),
        ("76 123 45 67", "SN", "+221761234567", "SN", "free"),
        ("+33612345678", "SN", "+33612345678", "FR", ""),
    ],
)
def test_a_number_says_whose_it_probably_is(
    text: str, country: str, number: str, where: str, carrier: str
) -> None:
    assert number_of(text, country) == (number, where)
    assert probable_operator(number) == carrier


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("", "BJ"), ("moi", "BJ"), ("07070707", "CI"), ("22212121", "TG"), ("9700000", "BJ"),
        ("97000000", ""), ("1" * 300, "TG"), ("+", ""), ("+229", "BJ"), ("17", "SN"),
    ],
)  # fmt: skip
def test_what_no_mobile_money_can_be_behind_is_none(text: str, country: str) -> None:
    assert number_of(text, country) is None


def test_each_rail_has_its_own_way_of_writing_a_number() -> None:
    assert msisdn("+2290197000000") == "2290197000000"
    live = for_fedapay("+2290164000001", is_sandbox=False)
    tried = for_fedapay("+2290164000001", is_sandbox=True)
    assert live == {"number": "+2290164000001", "country": "bj"}
    assert tried == {"number": "64000001", "country": "bj"}
    assert for_fedapay("+22890112233", is_sandbox=True) == {
        "number": "+22890112233",
        "country": "tg",
    }


def test_the_table_says_how_each_rail_reaches_an_operator() -> None:
    togocel = way("fedapay", "TG", "mixx")
    assert togocel is not None
    assert (togocel.code, togocel.is_pushed) == ("togocel", True)
    assert way("mtn_momo", "TG", "mtn") is None
    assert way("wave", "XX", "wave") is None
    assert {each.country for each in reached_by("mtn_momo")} == {"BJ", "CI", "GN"}
    assert {each.country for each in reached_by("fedapay")} >= {"TG", "BJ", "CI", "SN"}
    moov = operator("TG", "moov")
    assert moov is not None
    assert moov.currency == "XOF"


def test_no_beginning_of_a_number_is_two_operators() -> None:
    begins = [(each.country, prefix) for each in OPERATORS for prefix in each.prefixes]
    assert len(begins) == len(set(begins))
    named = [(each.country, each.name) for each in OPERATORS]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1500, "XOF", "1500"), (1500, "EUR", "15.00"), (5, "EUR", "0.05"), (0, "XOF", "0")],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(
    amount: int, currency: str, text: str
) -> None:
    assert written(amount, currency) == text
    assert minor_units(text, currency) == amount


@pytest.mark.parametrize("text", ["1500.00", 1500, 1500.0, "1500"])
def test_an_amount_is_read_however_it_is_written(text: object) -> None:
    assert minor_units(text, "XOF") == 1500


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "1.5",
        "1e3",
        " 1",
        "1 500",
        "1,5",
        "٣",
        "nan",
        "0x1",
        True,
        None,
        1.5,
        [],
        "9" * 30,
    ],
)
def test_what_does_not_fit_its_currency_is_no_amount(text: object) -> None:
    with pytest.raises(ValueError, match=r"amount|decimals"):
        minor_units(text, "XOF")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("NOT_ENOUGH_FUNDS", "insufficient_funds"),
        ("Solde insuffisant", "insufficient_funds"),
        ("insufficient-funds", "insufficient_funds"),
        ("PAYER_NOT_FOUND", "wrong_number"),
        ("payer-mobile-mismatch", "wrong_number"),
        ("Transaction expired", "expired"),
        ("annulé par le client", "cancelled"),
        ("INVALID_CURRENCY", "currency"),
        ("", "refused"),
        ("no idea", "refused"),
    ],
)
def test_a_provider_s_words_become_one_of_the_known_reasons(words: str, reason: str) -> None:
    assert reason_in(words) == reason
    assert {name for name, _ in WORDS} <= REASONS
