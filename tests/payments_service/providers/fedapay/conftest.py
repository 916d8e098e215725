"""FedaPay's simulator, and the provider it serves."""

from collections.abc import AsyncIterator

import pytest

from payments_service.providers.provider import Provider
from tests.fakes.fedapay import FedaPay as Simulator
from tests.payments_service.providers.cases import opened


@pytest.fixture
async def rail() -> AsyncIterator[Simulator]:
    async with Simulator() as found:
        yield found


@pytest.fixture
async def provider(rail: Simulator) -> AsyncIterator[Provider]:
    found = opened(rail)
    yield found
    await found.close()
