"""Which providers are opened by which settings."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from payments_service.providers.registry import rails
from payments_service.settings import Settings
from tests.fakes.cinetpay import CinetPay
from tests.fakes.fedapay import FedaPay
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Rail
from tests.fakes.stripe import Stripe

REAL = {
    "fedapay_secret_key": "sk_live_1",
    "wave_api_key": "wave_1",
    "stripe_key": "sk_live_1",
    "paypal_client_id": "client",
    "paypal_secret": "secret",
    "cinetpay_accounts": "CI=sk_live_1:word",
    "paydunya_master_key": "master",
    "paydunya_private_key": "live_private_1",
    "paydunya_token": "token",
}


def test_nothing_is_opened_where_nothing_is_set() -> None:
    assert rails(Settings(environment="test")) == []


async def test_real_money_is_taken_in_production() -> None:
    found = rails(_production(**REAL))
    names = ["fedapay", "wave", "cinetpay", "paydunya", "stripe", "paypal"]
    assert [each.name for each in found] == names
    assert not any(each.is_test for each in found)
    for each in found:
        await each.close()


@pytest.mark.parametrize("kind", [FedaPay, CinetPay, PayDunya, Stripe, PayPal])
def test_test_money_is_refused_in_production(kind: Callable[[], Rail]) -> None:
    rail = kind()
    with pytest.raises(
        ValueError, match=f"{rail.provider}: .* test money, in production"
    ) as caught:
        rails(_production(**rail.settings()))
    assert "secret" not in str(caught.value)


def _production(**values: Any) -> Settings:
    strong = SecretStr("a secret of this suite that is long enough")
    more = {"suite_secret": strong, "secret_key": strong} | values
    return Settings(environment="production", **more)
