"""MTN MoMo's simulator, and the provider it serves."""

from collections.abc import AsyncIterator

import pytest

from payments_service.providers.provider import Provider
from tests.fakes.mtn_momo import MtnMomo
from tests.payments_service.providers.cases import opened


@pytest.fixture
async def rail() -> AsyncIterator[MtnMomo]:
    async with MtnMomo() as found:
        yield found


@pytest.fixture
async def provider(rail: MtnMomo) -> AsyncIterator[Provider]:
    found = opened(rail)
    yield found
    await found.close()
