"""No forged webhook is taken; `benchmarks/webhook_forgeries.py` tries ten thousand of each."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.payments_service.providers.mutations import (
    FORGEABLE,
    Forgeable,
    Mutation,
    mutations,
    taken,
)
from tests.payments_service.providers.mutations_of_pages import PAGES

FEW = 600


@pytest.fixture(params=FORGEABLE + PAGES, ids=lambda build: build.__name__)
async def real(request: pytest.FixtureRequest) -> AsyncIterator[Forgeable]:
    build: Callable[[], Awaitable[Forgeable]] = request.param
    found = await build()
    yield found
    await found.provider.close()


async def test_a_real_webhook_is_taken(real: Forgeable) -> None:
    hook = real.provider.verify(real.headers, real.body, real.at)
    assert hook.provider_ref or hook.attempt_id
    same = Mutation("none", real.headers, real.body, real.at)
    assert (taken(real, same) is not None) is real.is_bound


async def test_no_mutation_of_it_is(real: Forgeable) -> None:
    tried = list(mutations(real, FEW))
    assert len(tried) == FEW
    assert [each for each in tried if taken(real, each) is not None] == []
