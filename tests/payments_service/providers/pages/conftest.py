"""The simulator of each rail, and the provider it serves."""

from collections.abc import AsyncIterator

import pytest

from payments_service.providers.provider import Provider
from tests.fakes.paypal import PayPal
from tests.fakes.rail import Rail
from tests.payments_service.providers.cases import opened
from tests.payments_service.providers.pages.every import Case


@pytest.fixture
async def rail(case: Case) -> AsyncIterator[Rail]:
    async with case.rail() as found:
        yield found


@pytest.fixture
async def provider(rail: Rail) -> AsyncIterator[Provider]:
    found = opened(rail)
    if isinstance(rail, PayPal):
        rail.trusted_by(found)
    yield found
    await found.close()
