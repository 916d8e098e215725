"""Every rail: those that ask on the phone, and those with a page of their own."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.fakes.cinetpay import CinetPay
from tests.fakes.fedapay import FedaPay
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Rail
from tests.fakes.stripe import Stripe
from tests.fakes.wave import Wave


@dataclass(frozen=True)
class Case:
    """`creates`, `asks`, `refunds`, `pays_out`: the requests that make a charge, tell of it, send
    it back, pay out. `no_secret`: the setting without which no webhook is taken.
    """

    rail: Callable[[], Rail]
    creates: str
    asks: str
    no_secret: str = ""
    refunds: str = ""
    pays_out: str = ""


STRIPE = Case(
    Stripe, "POST /v1/checkout/sessions", "GET /v1/checkout/sessions/", "stripe_webhook_secret",
    refunds="POST /v1/refunds",
)  # fmt: skip
PAYPAL = Case(
    PayPal, "POST /v2/checkout/orders", "GET /v2/checkout/orders", "paypal_webhook_id",
    refunds="/refund",
)  # fmt: skip
CINETPAY = Case(CinetPay, "POST /v1/payment", "GET /v1/payment")
PAYDUNYA = Case(PayDunya, "/checkout-invoice/create", "/checkout-invoice/confirm")
FEDAPAY = Case(
    FedaPay, "POST /v1/transactions", "GET /v1/transactions", "fedapay_webhook_secret",
    pays_out="POST /v1/payouts",
)  # fmt: skip
MOMO = Case(
    MtnMomo, "POST /collection/v1_0/requesttopay", "GET /collection/v1_0/requesttopay",
    "momo_seal_key", pays_out="POST /disbursement/v1_0/transfer",
)  # fmt: skip
WAVE = Case(
    Wave, "POST /v1/checkout/sessions", "GET /v1/checkout/sessions", "wave_webhook_secret",
    pays_out="POST /v1/payout",
)  # fmt: skip

PAGES = [STRIPE, PAYPAL, CINETPAY, PAYDUNYA]
PHONES = [FEDAPAY, MOMO, WAVE]


def _with(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda each: each.rail.__name__)


every_rail = _with(PHONES + PAGES)
by_phone = _with(PHONES)
by_page = _with(PAGES)
that_answer_with_a_charge = _with([FEDAPAY, WAVE, *PAGES])  # MTN answers with nothing
that_refund = _with([STRIPE, PAYPAL])
that_pay_nobody = _with([STRIPE, PAYPAL, PAYDUNYA])
with_a_secret = _with([*PHONES, STRIPE, PAYPAL])
