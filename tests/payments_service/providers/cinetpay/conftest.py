import pytest

from tests.fakes.cinetpay import CinetPay


@pytest.fixture
def simulator() -> type[CinetPay]:
    return CinetPay
