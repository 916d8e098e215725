"""The rails that ask on the phone: FedaPay, MTN MoMo, Wave."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fakes.fedapay import FedaPay
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.rail import Rail
from tests.fakes.wave import Wave


@dataclass(frozen=True)
class Case:
    """`creates`, `asks`, `pays_out`: the requests that make a charge, tell of it, pay out.
    `no_secret`: the settings without which no webhook is taken.
    """

    rail: Callable[[], Rail]
    creates: str
    asks: str
    pays_out: str
    no_secret: str


CASES = [
    Case(
        FedaPay, "POST /v1/transactions", "GET /v1/transactions", "POST /v1/payouts",
        "fedapay_webhook_secret",
    ),
    Case(
        MtnMomo, "POST /collection/v1_0/requesttopay", "GET /collection/v1_0/requesttopay",
        "POST /disbursement/v1_0/transfer", "momo_seal_key",
    ),
    Case(
        Wave, "POST /v1/checkout/sessions", "GET /v1/checkout/sessions", "POST /v1/payout",
        "wave_webhook_secret",
    ),
]  # fmt: skip
