"""CinetPay's simulator, and the provider it serves."""

from collections.abc import AsyncIterator

import pytest

from payments_service.providers.cinetpay import CinetPay as Provider
from tests.fakes.cinetpay import CinetPay
from tests.payments_service.providers.cases import opened


@pytest.fixture
async def rail() -> AsyncIterator[CinetPay]:
    async with CinetPay() as found:
        yield found


@pytest.fixture
async def provider(rail: CinetPay) -> AsyncIterator[Provider]:
    found = opened(rail)
    assert isinstance(found, Provider)
    yield found
    await found.close()
