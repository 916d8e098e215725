from collections.abc import Callable

import pytest

from tests.fakes.rail import Rail
from tests.payments_service.providers.every.rails import Case


@pytest.fixture
def simulator(case: Case) -> Callable[[], Rail]:
    return case.rail
