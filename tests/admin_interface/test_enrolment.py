"""Where staff must have a second factor, the dashboard opens only once they have one."""

from typing import Any

import httpx
import pytest

from tests.admin_interface.browsing import see
from tests.admin_interface.test_security import with_app


@pytest.fixture
def of_accounts() -> dict[str, Any]:
    return {"staff_second_factor": "required"}


async def test_staff_without_a_second_factor_may_only_add_one(dana: httpx.AsyncClient) -> None:
    for path in ("/", "/films", "/people", "/notices"):
        answer = await dana.get(path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/security")
    assert "Votre rôle demande une seconde protection" in (await see(dana, "/security")).text
    await with_app(dana)
    await see(dana, "/people")
    assert "Votre rôle demande" not in (await see(dana, "/security")).text
