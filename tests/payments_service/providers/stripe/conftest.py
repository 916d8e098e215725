import pytest

from tests.fakes.stripe import Stripe


@pytest.fixture
def simulator() -> type[Stripe]:
    return Stripe
