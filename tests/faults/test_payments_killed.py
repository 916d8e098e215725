"""payments_service killed in the middle of orders and refunds, on every rail: books equal,
given once, taken back once.

In CI each rail's order and refund is killed at one moment of its life, another one each day;
`KARANGOU_KILLS=all` takes every moment of every rail.
"""

import asyncio
import json
import os
import random
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from sqlalchemy import text

from kit.clock import now
from kit.contracts.payments.orders import OrderState
from kit.db import Database, open_database
from payments_service.queries import ledger
from payments_service.rules.accounts import at_provider
from tests.conftest import DatabaseUrl
from tests.fakes.cinetpay import CinetPay
from tests.fakes.fedapay import FedaPay
from tests.fakes.mtn_momo import MtnMomo
from tests.fakes.paydunya import PayDunya
from tests.fakes.paypal import PayPal
from tests.fakes.plain_rail import PlainRail
from tests.fakes.rail import Rail
from tests.fakes.stripe import Stripe
from tests.fakes.wave import Wave

RAILS: tuple[Callable[[], Rail], ...] = (
    PlainRail, FedaPay, MtnMomo, Wave, CinetPay, PayDunya, Stripe, PayPal,
)  # fmt: skip
MOMENTS = 180  # a little more than there are in any life
USUAL = 85  # and a little less than there are in each
KILLS = os.environ.get("KARANGOU_KILLS", "1")
# Two heartbeats of silence, without waiting for them; ten deaths in a row are not the job's own.
SILENT = """
    UPDATE pgqueuer SET heartbeat = heartbeat - interval '1 minute', headers = headers - 'crashes'
"""
LIVED = """
    SELECT key, state, given, amount, held_at,
           (SELECT count(*) FROM attempt WHERE order_id = "order".id AND is_matched) AS paid,
           ARRAY(SELECT state FROM refund WHERE order_id = "order".id) AS refunds
    FROM "order"
"""
WARM = "warming-up-the-worker"
NO_REFUNDS = "paydunya"
Ends = Callable[[list[Any], int], Awaitable[int]]


@pytest.fixture(scope="module")
def warm() -> Iterator[subprocess.Popen[str]]:
    """Return a process that has everything imported, and is forked from."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.payments_worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        yield process
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
async def rails() -> AsyncIterator[list[Rail]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(rail()) for rail in RAILS]


@pytest.fixture
def settings(database_url: DatabaseUrl, valkey_url: str, rails: list[Rail]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for rail in rails:
        given |= {} if isinstance(rail, PlainRail) else rail.settings()
    return given | {
        "environment": "test",
        "database_url": database_url("payments_service"),
        "valkey_url": valkey_url,
        "rate_limits": False,
        "sandbox": False,
        "public_url": "https://pay.example.org",
    }


@pytest.fixture
def ends(warm: subprocess.Popen[str], settings: dict[str, Any], rails: list[Rail]) -> Ends:
    """Return a function that runs lives in a process that dies at a moment, and says how."""

    def run(lives: list[Any], at: int) -> int:
        assert warm.stdin is not None
        assert warm.stdout is not None
        first = [WARM, *how(rails[0])]
        warm.stdin.write(json.dumps([settings, first, lives, at]) + "\n")
        warm.stdin.flush()
        return int(warm.stdout.readline())

    async def found(lives: list[Any], at: int) -> int:
        async with asyncio.timeout(90 + len(lives)):
            return await asyncio.to_thread(run, lives, at)

    return found


def moments(name: str) -> list[int]:
    if KILLS == "all":
        return list(range(1, MOMENTS + 1))
    chance = random.Random(f"{now().date()} {name}")
    return sorted(chance.sample(range(1, USUAL + 1), int(KILLS)))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("is_refunded", [False, True], ids=["paid", "refunded"])
async def test_whenever_it_is_killed_the_books_are_the_rail_s_and_each_order_is_given_once(
    ends: Ends, settings: dict[str, Any], rails: list[Rail], is_refunded: bool
) -> None:
    lives: list[Any] = []
    for rail in [each for each in rails if each.provider != NO_REFUNDS or not is_refunded]:
        for at in moments(f"{rail.provider} {is_refunded}"):
            lives.append([f"order-{rail.provider}-{at:08}", *how(rail), is_refunded])
            assert await ends(lives[-1:], at) == -9 or at > USUAL, lives[-1]
    database = open_database(settings["database_url"], 2)
    async with database.sessions.begin() as session:
        await session.execute(text(SILENT))
    assert await ends([[WARM, *how(rails[0])], *lives], 0) == 0
    await check(database, lives)
    for rail in rails:
        for currency in ("XOF", "EUR"):
            assert await held(database, rail, currency) == rail.held(currency), rail.provider
    await database.close()


def how(rail: Rail) -> list[Any]:
    return [rail.provider, rail.method, rail.phone, rail.country or None, rail.url]


async def check(database: Database, lives: list[Any]) -> None:
    """Check that each order was paid and given once, and where that was asked, refunded once."""
    async with database.reads() as session:
        rows = {row.key: row for row in await session.execute(text(LIVED))}
    was = rows.pop(WARM)
    assert (was.state, was.given, was.paid) == (OrderState.fulfilled, {"times": 1}, 1)
    assert sorted(rows) == sorted(life[0] for life in lives)
    for key, *_, is_refunded in lives:
        row = rows[key]
        back = {"held": 1, "taken": row.amount} if is_refunded else {}
        assert (row.given, row.paid) == ({"times": 1} | back, 1), key
        assert row.state == (OrderState.refunded if is_refunded else OrderState.fulfilled), key
        assert row.refunds == (["succeeded"] if is_refunded else []), key
        assert row.held_at is None, key


async def held(database: Database, rail: Rail, currency: str) -> int:
    """Return what our books say that the rail holds for us."""
    async with database.reads() as session:
        return await ledger.balance(session, at_provider(rail.provider, currency).code)
