"""No forged webhook is taken; `benchmarks/webhook_forgeries.py` tries ten thousand of each."""

from collections.abc import Awaitable, Callable

import pytest

from tests.payments_service.providers.mutations import (
    FORGEABLE,
    Forgeable,
    Mutation,
    mutations,
    taken,
)

FEW = 600


@pytest.fixture(params=FORGEABLE, ids=lambda build: build.__name__)
async def real(request: pytest.FixtureRequest) -> Forgeable:
    build: Callable[[], Awaitable[Forgeable]] = request.param
    return await build()


async def test_a_real_webhook_is_taken(real: Forgeable) -> None:
    hook = real.provider.verify(real.headers, real.body, real.at)
    assert hook.provider_ref or hook.attempt_id
    same = Mutation("none", real.headers, real.body, real.at)
    assert (taken(real, same) is not None) is real.is_bound


async def test_no_mutation_of_it_is(real: Forgeable) -> None:
    tried = list(mutations(real, FEW))
    assert len(tried) == FEW
    assert [each for each in tried if taken(real, each) is not None] == []
