"""A payments_service that kills itself in the middle of an order's life, forked from a warm one.

`python -m tests.faults.payments_worker` reads a JSON list a line: the settings, a life to warm up
with on the plain rail, the lives to live (the fields of Life), and the moment to die at. Moments
are counted where something outside can change: before and after each statement, before each
commit, before and after each call to a provider. It answers with how the process ended: 0 when it
was through, -9 when it was killed.
"""

import asyncio
import json
import os
import signal
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.engine import Engine

from kit.contracts.payments.orders import (
    Attempt,
    AttemptNew,
    Order,
    OrderKind,
    OrderNew,
    OrderState,
)
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds import RefundNew
from kit.contracts.payments.refunds_client import RefundsClient
from kit.db import Database
from kit.metrics import Metrics
from payments_service.actions.giving import sending
from payments_service.app import create_app
from payments_service.providers.provider import Provider
from payments_service.queries import coins, inbox, ledger, quick
from payments_service.rules.attempts import OPEN
from payments_service.settings import Settings
from tests.cast import DANA
from tests.factories.payments import as_person
from tests.factories.selling import kiosks
from tests.fakes import plain_rail
from tests.payments_service.giving import made_older
from tests.payments_service.paying import aged, strangers_to_all
from tests.wiring import http

LONGEST_SECONDS = 45  # to be well again, and so much more for each of many lives
EACH_SECONDS = 0.5
PUSHED = frozenset(
    {"plain", "fedapay", "mtn_momo", "cinetpay"}
)  # who ask on the phone, whatever we heard


@dataclass(frozen=True)
class Life:
    """One order to be made and paid, or one to be given back; `rail`: the simulator's address."""

    key: str
    provider: str
    method: str
    phone: str
    country: str | None
    rail: str
    is_refunded: bool = False


class Clock:
    """Counts moments, and ends the process at the one it was given."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.count = 0

    def tick(self, *given: Any) -> None:
        self.count += 1
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


def arm(clock: Clock) -> None:
    for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
        event.listen(Engine, name, clock.tick)
    fetched = quick.fetch

    async def fetching(writing: quick.Writing, statement: str, *given: Any) -> quick.Rows:
        clock.tick()
        rows = await fetched(writing, statement, *given)
        clock.tick()
        return rows

    for module in (coins, ledger):
        vars(module)["fetch"] = fetching
    put = quick.at_once

    async def putting(database: Database, statement: str, *given: Any) -> quick.Rows:
        clock.tick()
        rows = await put(database, statement, *given)
        clock.tick()
        return rows

    vars(inbox)["at_once"] = putting
    asked = httpx.AsyncHTTPTransport.handle_async_request

    async def asking(self: httpx.AsyncHTTPTransport, request: httpx.Request) -> httpx.Response:
        clock.tick()
        answer = await asked(self, request)
        clock.tick()
        return answer

    httpx.AsyncHTTPTransport.handle_async_request = asking  # type: ignore[method-assign]  # ours


def made(settings: dict[str, Any], first: Life) -> tuple[FastAPI, list[Provider]]:
    """Return an app that has lived once, so that all forked from it have everything at hand."""
    providers: list[Provider] = []
    app = create_app(
        Settings(**settings), *strangers_to_all(), providers=providers, sellers=kiosks()
    )
    providers.append(plain_rail.Plain(first.rail))
    asyncio.run(main(app, [first], Clock(10**9), is_armed=False))
    # What a life uses up is new for the next one.
    app.state.metrics = Metrics(app.title, app.state.database)
    app.state.clients.update({type(each): each for each in strangers_to_all()})
    return app, providers


async def main(app: FastAPI, lives: list[Life], clock: Clock, *, is_armed: bool = True) -> None:
    async with app.router.lifespan_context(app):
        if clock.at and lives[0].is_refunded:
            await recover(app, [replace(lives[0], is_refunded=False)])
        if is_armed:
            arm(clock)
        if clock.at:
            await live(app, lives[0])
        else:
            await recover(app, lives)


async def live(app: FastAPI, life: Life) -> Order:
    """Order, pay, agree, tell; and come back with the same keys for what did not work."""
    client = OrdersClient(http(app))
    made = await client.make_order(OrderNew(kind=OrderKind.film, subject="sira"), life.key)
    order, secret = await client.order(made.id, made.secret or ""), made.secret or ""
    if order.state in {OrderState.created, OrderState.pending}:
        if not any(each.state in OPEN and is_asked(life, each) for each in order.attempts):
            new = AttemptNew(
                provider=life.provider, method=life.method, phone=life.phone, country=life.country
            )
            key = f"{life.key}-{len(order.attempts)}"
            order = await client.pay(made.id, new, key, secret)
        for attempt in order.attempts:
            if is_asked(life, attempt):
                await agree(app, life, str(attempt.id))
        order = await client.look(made.id, secret)
    if life.is_refunded and order.state is OrderState.fulfilled:
        await give_back(app, life, order)
        order = await client.order(made.id, secret)
    return order


def is_asked(life: Life, attempt: Attempt) -> bool:
    """Say whether the payer was asked: on the phone, or by a page that they were sent to."""
    return life.provider in PUSHED or bool(attempt.redirect_url)


async def agree(app: FastAPI, life: Life, attempt_id: str) -> None:
    async with httpx.AsyncClient(base_url=life.rail, trust_env=False) as rail, http(app) as inbox:
        waiting = (await rail.post(f"/__payer__/{attempt_id}")).json()
        for headers, body in waiting:
            content = bytes.fromhex(body)
            await inbox.post(f"/webhooks/{life.provider}", headers=headers, content=content)


async def give_back(app: FastAPI, life: Life, order: Order) -> None:
    """Have all of it sent back, and the provider carry that out."""
    staff = as_person(app, RefundsClient, DANA, "admin")
    refund = await staff.refund(order.id, RefundNew(), life.key)
    attempts = (await staff.refund_story(refund.id)).attempts
    for attempt in attempts:
        await sending.go_on(app.state.tools, attempt.id)
    async with httpx.AsyncClient(base_url=life.rail, trust_env=False) as rail:
        await rail.post("/__payee__")
    for attempt in attempts:
        await sending.go_on(app.state.tools, attempt.id)


async def recover(app: FastAPI, lives: list[Life]) -> None:
    """Go on until every order is given, or given back: buyers come back, so does the janitor."""
    left = list(lives)
    async with asyncio.timeout(LONGEST_SECONDS + EACH_SECONDS * len(lives)):
        while left:
            left = [life for life in left if (await live(app, life)).state is not goal(life)]
            await aged(app, timedelta(seconds=11))
            await made_older(app)
            await asyncio.sleep(0.05)


def goal(life: Life) -> OrderState:
    return OrderState.refunded if life.is_refunded else OrderState.fulfilled


def fork(app: FastAPI, lives: list[Life], at: int) -> int:
    """Run a process to its end; return how it ended."""
    child = os.fork()
    if child == 0:
        asyncio.run(main(app, lives, Clock(at)))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    apps: dict[str, tuple[FastAPI, list[Provider]]] = {}
    for line in sys.stdin:
        settings, first, lives, at = json.loads(line)
        warm = Life(*first)
        app, providers = apps[warm.rail] = apps.get(warm.rail) or made(settings, warm)
        providers[:] = [plain_rail.Plain(warm.rail)]
        sys.stdout.write(f"{fork(app, [Life(*each) for each in lives], at)}\n")
        sys.stdout.flush()
