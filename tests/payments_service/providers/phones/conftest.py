"""Each rail's simulator, and the provider it serves."""

from collections.abc import AsyncIterator

import pytest

from payments_service.providers.provider import Provider
from tests.fakes.rail import Rail
from tests.payments_service.providers.cases import opened
from tests.payments_service.providers.phones.every import CASES, Case


@pytest.fixture(params=CASES, ids=lambda case: case.rail.__name__)
def case(request: pytest.FixtureRequest) -> Case:
    found: Case = request.param
    return found


@pytest.fixture
async def rail(case: Case) -> AsyncIterator[Rail]:
    async with case.rail() as found:
        yield found


@pytest.fixture
async def provider(rail: Rail) -> AsyncIterator[Provider]:
    found = opened(rail)
    yield found
    await found.close()
