"""How far giving back is, and which payment paid: pure."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from kit import clock
from kit.contracts.payments.orders import Attempt, Order
from kit.contracts.payments.refunds import Refund, RefundOffer
from kit.contracts.payments.shop import Grant
from public_interface import rules
from public_interface.rules import Return

NOW = clock.now()


def an_attempt(state: str, reason: str = "", **changes: Any) -> Attempt:
    return Attempt.model_validate({
        "id": uuid4(), "provider": "sandbox", "method": "mixx", "phone": "", "amount": 500,
        "currency": "XOF", "rate": None, "state": state, "redirect_url": "", "reason": reason,
        "is_test": False, "created_at": NOW, "updated_at": NOW,
    } | changes)  # fmt: skip


def an_order(*attempts: Attempt) -> Order:
    return Order.model_validate({
        "id": uuid4(), "kind": "film", "subject": "x", "title": "Nuit", "quantity": 1,
        "list_amount": 500, "discount_amount": 0, "tax_amount": 0, "amount": 500,
        "currency": "XOF", "coupon_code": None, "state": "fulfilled", "is_test": False,
        "refunded_amount": 0, "given": {}, "created_at": NOW, "expires_at": NOW, "paid_at": NOW,
        "fulfilled_at": NOW, "attempts": attempts,
    })  # fmt: skip


def an_offer(*, may: bool) -> RefundOffer:
    return RefundOffer.model_validate({
        "may": may, "why_not": "", "until": None, "refundable_amount": 0, "currency": "XOF",
        "coins": 0, "bonus_coins": 0, "ways": ["source"] if may else [],
    })  # fmt: skip


def a_refund(state: str) -> Refund:
    return Refund.model_validate({
        "id": uuid4(), "order_id": uuid4(), "account_id": None, "way": "source", "rule": "window",
        "reason": "", "amount": 500, "currency": "XOF", "source_amount": 500,
        "source_currency": "XOF", "coins": 0, "bonus_coins": 0, "state": state, "trouble": "",
        "asked_by": "", "created_at": NOW, "settled_at": None,
    })  # fmt: skip


def a_grant(**changes: Any) -> Grant:
    return Grant.model_validate({
        "id": uuid4(), "film_id": uuid4(), "title": "Nuit", "kind": "own", "state": "active",
        "coins": 60, "code": "", "bundle_id": None, "spend_id": uuid4(),
        "finish_within_hours": None, "created_at": NOW, "started_at": None, "expires_at": None,
        "ended_at": None, "refunded_at": None, "refundable_until": NOW + timedelta(hours=1),
    } | changes)  # fmt: skip


@pytest.mark.parametrize(
    ("may", "last", "stage"),
    [
        (True, None, Return.offer),
        (True, "failed", Return.offer),
        (True, "pending", Return.moving),
        (False, "pending", Return.moving),
        (False, "succeeded", Return.done),
        (False, "failed", Return.no),
        (False, None, Return.no),
    ],
)
def test_a_refund_under_way_comes_before_any_other(
    may: bool, last: str | None, stage: Return
) -> None:
    assert rules.return_stage(an_offer(may=may), a_refund(last) if last else None) is stage


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({}, ""),
        ({"started_at": NOW}, "watched"),
        ({"refundable_until": NOW}, "late"),
        ({"refundable_until": None}, "late"),
    ],
)
def test_films_that_came_together_stay_together(changes: dict[str, Any], why: str) -> None:
    assert rules.why_kept([a_grant(), a_grant(**changes)], NOW) == why


def test_what_paid_an_order_is_neither_a_second_payment_nor_a_wrong_amount() -> None:
    paid = an_attempt("approved")
    others = [
        an_attempt("declined", "refused"),
        an_attempt("approved", "wrong_amount"),
        an_attempt("approved", "paid_already"),
    ]
    assert rules.charged(an_order(*others)) is None
    assert rules.charged(an_order(*others, paid)) == paid
