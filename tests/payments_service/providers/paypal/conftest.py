import pytest

from tests.fakes.paypal import PayPal


@pytest.fixture
def simulator() -> type[PayPal]:
    return PayPal
