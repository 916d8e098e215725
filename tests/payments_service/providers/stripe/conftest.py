"""Stripe's simulator, and the provider it serves."""

from collections.abc import AsyncIterator

import pytest

from payments_service.providers.stripe import Stripe as Provider
from tests.fakes.stripe import Stripe
from tests.payments_service.providers.cases import opened


@pytest.fixture
async def rail() -> AsyncIterator[Stripe]:
    async with Stripe() as found:
        yield found


@pytest.fixture
async def provider(rail: Stripe) -> AsyncIterator[Provider]:
    found = opened(rail)
    assert isinstance(found, Provider)
    yield found
    await found.close()
