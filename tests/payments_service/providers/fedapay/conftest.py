import pytest

from tests.fakes.fedapay import FedaPay


@pytest.fixture
def simulator() -> type[FedaPay]:
    return FedaPay
