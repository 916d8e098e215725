"""Recovery codes: for the day the telephone is gone."""

import asyncio

import pytest
from fastapi import FastAPI

from kit.contracts.accounts import SignedIn
from kit.contracts.accounts.factors import (
    FactorNotFound,
    SecondFactor,
    SecondFactorNeeded,
    WrongFactor,
)
from tests.factories.accounts import a_viewer, as_stranger
from tests.factories.factors import first_step, password_sign_in, with_app

CHARLIE = "charlie@example.org"


async def recover(app: FastAPI, needed: SecondFactorNeeded, code: str) -> SignedIn:
    step = SecondFactor(challenge=needed.challenge, recovery_code=code)
    return await as_stranger(app).second_factor(step)


async def test_recovery_codes_are_ten_and_each_works_once(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    phone = await with_app(app, viewer)
    assert len(set(phone.recovery_codes)) == 10
    for typed in (phone.recovery_codes[0], phone.recovery_codes[1].upper().replace("-", " ")):
        await recover(app, await first_step(app, CHARLIE), typed)
    with pytest.raises(WrongFactor):
        await recover(app, await first_step(app, CHARLIE), phone.recovery_codes[0])
    factors = await as_stranger(app).acting(viewer.access_token).factors()
    assert factors.recovery_codes_left == 8


async def test_of_many_at_once_one_gets_in_by_one_recovery_code(app: FastAPI) -> None:
    phone = await with_app(app, await a_viewer(app))
    needed = [await first_step(app, CHARLIE) for _ in range(3)]
    outcomes = await asyncio.gather(
        *(recover(app, one, phone.recovery_codes[4]) for one in needed), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["SignedIn", *["WrongFactor"] * 2]


async def test_new_recovery_codes_end_the_old_ones(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    phone = await with_app(app, viewer)
    fresh = await as_stranger(app).acting(viewer.access_token).renew_recovery_codes()
    with pytest.raises(WrongFactor):
        await recover(app, await first_step(app, CHARLIE), phone.recovery_codes[0])
    await recover(app, await first_step(app, CHARLIE), fresh.codes[0])


async def test_recovery_codes_stand_for_a_factor_and_go_with_it(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    me = as_stranger(app).acting(viewer.access_token)
    with pytest.raises(FactorNotFound):
        await me.renew_recovery_codes()
    await with_app(app, viewer)
    await me.remove_totp()
    factors = await me.factors()
    assert (factors.totp, factors.recovery_codes_left) == (None, 0)
    await password_sign_in(app, CHARLIE)
