"""The simulator of a rail, and the provider it serves; each folder or file says of which rail."""

from collections.abc import AsyncIterator, Callable

import pytest

from payments_service.providers.provider import Provider
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Rail
from tests.payments_service.providers.cases import opened


@pytest.fixture
async def rail(simulator: Callable[[], Rail]) -> AsyncIterator[Rail]:
    async with simulator() as found:
        yield found


@pytest.fixture
async def provider(rail: Rail) -> AsyncIterator[Provider]:
    found = opened(rail)
    if isinstance(rail, PayPal):
        rail.trusted_by(found)
    yield found
    await found.close()
