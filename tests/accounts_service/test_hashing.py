"""Passwords take their time to compare, and no more of it than there is."""

import asyncio
import time
from typing import Literal

import pytest
from pydantic import SecretStr

from accounts_service.actions.tools import Tools
from accounts_service.providers.argon2 import Passwords, TooBusy
from accounts_service.settings import Settings
from tests.factories.accounts import PASSWORD


async def test_hashing_takes_as_long_for_nobody_as_for_somebody() -> None:
    passwords = Passwords(threads=1, waiting=4)
    stored = await passwords.hash(PASSWORD)

    async def seconds(known: str | None) -> float:
        started = time.perf_counter()
        assert not await passwords.matches("wrong", known)
        return time.perf_counter() - started

    pairs = [(await seconds(stored), await seconds(None)) for _ in range(9)]
    ratio = sorted(mine / none for mine, none in pairs)[4]
    passwords.close()
    assert 0.5 < ratio < 2


@pytest.mark.parametrize("environment", ["development", "production"])
def test_only_tests_hash_cheaply(environment: Literal["development", "production"]) -> None:
    settings = Settings(environment=environment, suite_secret=SecretStr("long enough, " * 4))
    tools = Tools.of(settings)
    assert "m=47104,t=1,p=1" in tools.passwords.known.hash("sept lampes")
    tools.close()


async def test_a_flood_of_sign_ins_is_told_to_come_back() -> None:
    passwords = Passwords(threads=1, waiting=2)
    outcomes = await asyncio.gather(
        *(passwords.matches("x", None) for _ in range(8)), return_exceptions=True
    )
    passwords.close()
    assert outcomes.count(False) == 3
    assert [type(found) for found in outcomes].count(TooBusy) == 5
