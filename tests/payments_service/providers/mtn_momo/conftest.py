import pytest

from tests.fakes.mtn_momo import MtnMomo


@pytest.fixture
def simulator() -> type[MtnMomo]:
    return MtnMomo
