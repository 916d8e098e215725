"""Three-step gateway jobs per second ÷ DBOS three-step workflows per second; and pick-up time.

    ./karangou bench gateway_throughput [--rounds 3]

Both in one process on the same durable PostgreSQL, steps that do nothing. Ours counts from the
event to the last committed step, through the gateway's own action and worker (no HTTP), 16 events
at once; DBOS calls its workflows directly (its fastest way) from 16 threads. Pick-up is from
the committed event on an idle gateway to the first line of the first step.
"""

import argparse
import asyncio
import itertools
import logging
import statistics
import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from dbos import DBOS
from fastapi import FastAPI
from sqlalchemy import text

from benchmarks._ground import Ground, a_postgres
from gateway.actions import events
from gateway.actions.pipelines import Pipeline, Pipelines, Start
from gateway.actions.steps import Context, Deed, StepOf
from gateway.app import create_app
from gateway.settings import Settings
from kit import clock
from kit.contracts.gateway import EventNew
from suite.migrations import run as migrations

OURS, THEIRS, PICKUPS, AT_ONCE = 600, 200, 200, 16
numbers = itertools.count()


def pipelines(step: Deed) -> Pipelines:
    def start(payload: dict[str, Any]) -> Start:
        return Start(f"play:{payload['number']}", f"play/{payload['number']}", "", payload)

    steps = tuple(StepOf(name, step) for name in ("first", "second", "third"))
    return Pipelines(Pipeline("play", steps, {"Played": start}))


@asynccontextmanager
async def a_gateway(ground: Ground, step: Deed) -> AsyncIterator[FastAPI]:
    url = await ground.database()
    migrations.upgrade("gateway", url)
    settings = Settings(environment="test", database_url=url, pool_size=10)
    app = create_app(settings, pipelines=pipelines(step))
    async with app.router.lifespan_context(app):
        await ground.settle()
        yield app


async def tell(app: FastAPI) -> None:
    new = EventNew(id=uuid4(), name="Played", at=clock.now(), payload={"number": next(numbers)})
    async with app.state.database.sessions.begin() as session:
        await events.take(session, app.state.pipelines, new)


async def gateway_rate(ground: Ground) -> float:
    async def nothing(context: Context) -> None: ...

    async with a_gateway(ground, nothing) as app:
        turns = iter(range(OURS))

        async def producer() -> None:
            for _ in turns:
                await tell(app)

        started = time.perf_counter()
        await asyncio.gather(*(producer() for _ in range(AT_ONCE)))
        await all_done(app)
        return OURS / (time.perf_counter() - started)


async def all_done(app: FastAPI) -> None:
    left = text("SELECT count(*) FROM job WHERE state <> 'done'")
    async with app.state.database.reads() as session:
        while await session.scalar(left):  # noqa: ASYNC110  (it is the database that knows)
            await asyncio.sleep(0.01)


async def pick_ups(ground: Ground) -> list[float]:
    began: asyncio.Queue[float] = asyncio.Queue()

    async def note(context: Context) -> None:
        if not context.facts:
            began.put_nowait(time.perf_counter())

    async with a_gateway(ground, note) as app:
        found = []
        for _ in range(PICKUPS):
            await tell(app)
            told = time.perf_counter()
            found.append((await began.get()) - told)
            await all_done(app)
            while not began.empty():
                began.get_nowait()
    return found


def dbos_rate(url: str) -> float:
    """Run in a thread: DBOS's own interface is synchronous."""
    DBOS.destroy(destroy_registry=True)
    plain = url.replace("postgresql://", "postgresql+psycopg://")
    DBOS(config={"name": "bench", "system_database_url": plain, "run_admin_server": False})

    @DBOS.step()
    def step() -> None: ...

    @DBOS.workflow()
    def play() -> None:
        step()
        step()
        step()

    DBOS.launch()
    DBOS.start_workflow(play).get_result()
    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        for done in [threads.submit(play) for _ in range(THEIRS)]:
            done.result()
    seconds = time.perf_counter() - started
    DBOS.destroy(destroy_registry=True)
    return THEIRS / seconds


async def measure(rounds: int) -> None:
    ours, theirs = [], []
    with a_postgres() as ground:
        for _ in range(rounds):
            ours.append(await gateway_rate(ground))
            url = await ground.database()
            await ground.settle()
            theirs.append(await asyncio.to_thread(dbos_rate, url))
        waits = await pick_ups(ground)
    print(f"gateway {max(ours):7.0f} three-step jobs/s       rounds: {list(map(round, ours))}")
    print(f"DBOS    {max(theirs):7.0f} three-step workflows/s  rounds: {list(map(round, theirs))}")
    print(f"gateway ÷ DBOS {max(ours) / max(theirs):6.2f}   goal ≥ 3")
    p50, p95 = statistics.median(waits) * 1000, statistics.quantiles(waits, n=20)[-1] * 1000
    print(f"pick-up p50 {p50:.1f} ms, p95 {p95:.1f} ms   goal p50 ≤ 25 ms")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=3)
    asyncio.run(measure(parser.parse_args().rounds))
