"""Who has coins that expire soon is told once, with what can still be spent."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from kit import clock
from kit.contracts.payments.coins import SpendNew
from kit.contracts.payments.coins_client import CoinsClient
from payments_service.actions.coins import expiring
from tests.cast import ALICE, BOB, CHARLIE
from tests.factories.payments import as_person
from tests.factories.selling import a_key
from tests.factories.shop import notices, with_coins


async def warned(app: FastAPI, limit: int = 500) -> int:
    async with app.state.database.sessions.begin() as session:
        return await expiring.warn(session, app.state.tools, limit)


async def test_coins_that_expire_soon_are_told_of_once_for_each_owner(
    alone: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = clock.now()
    for account_id, days in ((ALICE, 6), (ALICE, 7), (ALICE, 30), (BOB, 5), (CHARLIE, -1)):
        await with_coins(alone, account_id, bought=1, granted=5, expires_at=at + timedelta(days))
    spend = SpendNew(amount=5, subject="film:sira", title="Sira")
    await as_person(alone, CoinsClient, BOB).spend(spend, a_key())
    assert [await warned(alone) for _ in range(2)] == [1, 0]
    (told,) = await notices(alone, "coins.expiring")
    assert told["account_id"] == str(ALICE)
    assert told["values"] == {
        "coins": 10,
        "until": (at + timedelta(days=6)).isoformat(),
        "link": "https://portal.example.org/account/wallet",
    }

    monkeypatch.setattr(clock, "now", lambda: at + timedelta(days=24))
    monkeypatch.setattr(expiring, "now", clock.now)
    assert [await warned(alone) for _ in range(2)] == [1, 0], "other coins are news"
    assert (await notices(alone, "coins.expiring"))[1]["values"]["coins"] == 5


async def test_many_owners_are_told_some_at_a_time(alone: FastAPI) -> None:
    soon = clock.now() + timedelta(days=2)
    for account_id in (ALICE, BOB, CHARLIE):
        for _ in range(2):
            await with_coins(alone, account_id, granted=3, expires_at=soon)
    assert [await warned(alone, 2) for _ in range(3)] == [2, 1, 0]
    assert [one["values"]["coins"] for one in await notices(alone, "coins.expiring")] == [6] * 3


async def test_nobody_is_told_where_the_setting_says_so(
    alone: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_coins(alone, ALICE, granted=3, expires_at=clock.now() + timedelta(days=2))
    never = alone.state.tools.settings.model_copy(update={"coin_warning_days": 0})
    monkeypatch.setattr(alone.state.tools, "settings", never)
    assert await warned(alone) == 0
