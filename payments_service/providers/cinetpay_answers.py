"""What CinetPay's answers say: by a code, whatever the status of HTTP. Pure."""

from collections.abc import Mapping
from decimal import ROUND_FLOOR, Decimal, InvalidOperation
from typing import Any

from payments_service.providers.calls import text_at
from payments_service.providers.cinetpay_numbers import uuid_of
from payments_service.providers.provider import Given, Known, Lost, Refused, Seen, State, Trouble
from payments_service.rules.amounts import decimals, minor_units
from payments_service.rules.reasons import reason_in

Answer = dict[str, Any]
STATES = {
    "100": (State.approved, ""),
    "2001": (State.pending, ""),
    "2002": (State.pending, ""),
    "2003": (State.expired, "expired"),
    "2004": (State.pending, ""),  # a wrong one-time code: it can be typed again
    "2005": (State.declined, "insufficient_funds"),
    "2006": (State.declined, "wrong_number"),
    "2007": (State.declined, "refused"),
    "2008": (State.pending, ""),
    "2010": (State.declined, "refused"),
    "2011": (State.declined, "refused"),
}
NO = frozenset({"400", "401", "403", "404", "405", "422", "1002", "1003", "1004", "1005"})
NOT_CONFIGURED = frozenset({"401", "403", "404", "405", "1002", "1003", "1005"})


def code_of(answer: Mapping[str, Any]) -> str:
    return text_at(answer, "code")


def is_there_already(answer: Mapping[str, Any]) -> bool:
    return code_of(answer) == "1200"


def is_missing(answer: Mapping[str, Any]) -> bool:
    return code_of(answer) == "404"


def words(what: str, answer: Mapping[str, Any]) -> str:
    said = (code_of(answer), text_at(answer, "status"), text_at(answer, "description", "message"))
    return f"{what}: {' '.join(filter(None, said))}"[:300]


def refused_or_lost(answer: Mapping[str, Any]) -> Trouble:
    """Return what an answer means that is not what was asked for; what is no clear no, is Lost."""
    code = code_of(answer)
    state, reason = STATES.get(code, (State.pending, ""))
    if state in (State.declined, State.expired):
        return Refused(words("CinetPay", answer), reason)
    if code not in NO:
        return Lost(words("CinetPay", answer))
    said = reason_in(text_at(answer, "description", "message"))
    reason = "not_configured" if code in NOT_CONFIGURED else said
    return Refused(words("CinetPay", answer), reason)


def seen_of(answer: Mapping[str, Any], known: Known) -> Seen:
    state, reason = _state(answer)
    amount, currency = known.amount, known.currency
    if told := text_at(answer, "amount"):  # its documentation has none
        currency = text_at(answer, "currency") or currency
        amount = _whole(told, currency)
    theirs = uuid_of(text_at(answer, "merchant_transaction_id"))
    ref = text_at(answer, "transaction_id")
    return Seen(state, amount, currency, ref, reason, attempt_id=theirs)


def given_of(answer: Mapping[str, Any]) -> Given:
    state, reason = _state(answer)
    fee, currency = text_at(answer, "fee_amount"), text_at(answer, "currency")
    kept = _whole(fee, currency) if fee and currency else 0
    return Given(state, text_at(answer, "transaction_id"), reason, kept)


def held(answer: Mapping[str, Any]) -> tuple[str, int]:
    """Return a balance: its currency, and whole minor units of what may have fractions of them."""
    currency, text = text_at(answer, "currency"), text_at(answer, "available_balance")
    try:
        amount = Decimal(text).scaleb(decimals(currency)) if currency else Decimal("NaN")
        return currency, int(amount.to_integral_value(ROUND_FLOOR))
    except (InvalidOperation, ValueError) as error:
        raise Lost(words("CinetPay's balance cannot be read", answer)) from error


def _state(answer: Mapping[str, Any]) -> tuple[State, str]:
    found = STATES.get(code_of(answer))
    if found is None:
        raise Lost(words("CinetPay does not say", answer))
    return found


def _whole(text: str, currency: str) -> int:
    try:
        return minor_units(text, currency)
    except ValueError as error:
        raise Lost("CinetPay's amount cannot be read") from error
