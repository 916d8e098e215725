"""The rails with a page of their own: Stripe, PayPal, CinetPay, PayDunya."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.fakes.cinetpay import CinetPay
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Rail
from tests.fakes.stripe import Stripe


@dataclass(frozen=True)
class Case:
    """`creates`, `asks`, `refunds`: the requests that make a charge, tell of it, send it back.
    `no_secret`: the setting without which no webhook is taken.
    """

    rail: Callable[[], Rail]
    creates: str
    asks: str
    no_secret: str
    refunds: str = ""


STRIPE = Case(
    Stripe, "POST /v1/checkout/sessions", "GET /v1/checkout/sessions/", "stripe_webhook_secret",
    "POST /v1/refunds",
)  # fmt: skip


PAYPAL = Case(
    PayPal, "POST /v2/checkout/orders", "GET /v2/checkout/orders", "paypal_webhook_id",
    "/refund",
)  # fmt: skip


CINETPAY = Case(CinetPay, "POST /v1/payment", "GET /v1/payment", "")


PAYDUNYA = Case(PayDunya, "/checkout-invoice/create", "/checkout-invoice/confirm", "")


every_rail = pytest.mark.parametrize(
    "case", [STRIPE, PAYPAL, CINETPAY, PAYDUNYA], ids=lambda each: each.rail.__name__
)


those_that_refund = pytest.mark.parametrize(
    "case", [STRIPE, PAYPAL], ids=lambda each: each.rail.__name__
)
