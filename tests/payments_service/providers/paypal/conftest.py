"""PayPal's simulator, and the provider that trusts it."""

from collections.abc import AsyncIterator

import pytest

from payments_service.providers.paypal import PayPal as Provider
from tests.fakes.paypal import PayPal
from tests.payments_service.providers.cases import opened


@pytest.fixture
async def rail() -> AsyncIterator[PayPal]:
    async with PayPal() as found:
        yield found


@pytest.fixture
async def provider(rail: PayPal) -> AsyncIterator[Provider]:
    found = opened(rail)
    assert isinstance(found, Provider)
    await found.certificates.close()
    rail.trusted_by(found)
    yield found
    await found.close()
