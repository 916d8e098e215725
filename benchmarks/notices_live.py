"""From telling a notice to the browser, 1 000 streams open in one process (goal: p95 ≤ 250 ms).

publisher_service runs under uvicorn in a process of its own, and so does
the portal; 1 000 people each hold a stream open over a socket; then some of them are told
something, ten notices a second, each timed from when it was due. Measured three ways:

- `POST /notify` being sent → the event on publisher_service's stream;
- `kit.events.notify` in a transaction of another service (its worker delivers) → the same stream;
- `kit.events.notify` → the event in a browser at the portal, which holds 1 000 streams as well.

Everyone has an account, so each notice is planned, and kept as a mail, in the same process as well.

    ./karangou bench notices_live [STREAMS] [NOTICES]
"""

import asyncio
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from uuid import UUID

import uvloop
from fastapi import FastAPI

from accounts_service.models.people import Account
from accounts_service.models.programs import SigningKey
from benchmarks._ground import Ground, a_postgres
from benchmarks._listening import Browser, Teller, prepare, teller
from benchmarks._serving import CLIENT_CORE, Server, served
from benchmarks._verifying import SECRET, people, signing_key
from kit import clock
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import NoticeNew
from kit.db import Database, new_id, open_database
from kit.events import notify
from suite.migrations import run as migrations

GOAL_MS, RATE, OPENING = 250, 10, 50
KIND, VALUES = "film.published", {"title": "Sira", "by": "Studio Lagune"}
Tell = Callable[[UUID], Awaitable[UUID]]
Person = tuple[UUID, str]


@asynccontextmanager
async def browsers(url: str, path: str, who: list[Person]) -> AsyncIterator[list[Browser]]:
    """Open a stream for everyone; all of them have heard how things stand."""
    found = [Browser(*one) for one in who]
    gate = asyncio.Semaphore(OPENING)

    async def opened(browser: Browser) -> asyncio.Task[None]:
        async with gate:
            following = asyncio.create_task(browser.follow(url, path))
            is_open = asyncio.create_task(browser.is_open.wait())
            await asyncio.wait({following, is_open}, return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                is_open.cancel()
                following.result()
        return following

    started = time.perf_counter()
    streams = await asyncio.gather(*(opened(one) for one in found))
    print(f"{len(streams)} streams opened in {time.perf_counter() - started:.1f} s")
    try:
        yield found
    finally:
        for one in streams:
            one.cancel()
        await asyncio.gather(*streams, return_exceptions=True)


async def measure(name: str, server: Server, found: list[Browser], tell: Tell, count: int) -> None:
    """Tell people taken by chance; print how long it took until their stream said it."""

    async def once(browser: Browser, at: float) -> float:
        await asyncio.sleep(at - time.perf_counter())
        notice_id = await tell(browser.account)
        return (await browser.sees(notice_id) - at) * 1000

    # Two for one person within a moment are told as one, so everyone has their turn.
    turns = random.sample(found, len(found)) * (count // len(found) + 1)
    used, begin = cpu_seconds(server), time.perf_counter() + 0.1
    spent = await asyncio.gather(
        *(once(one, begin + number / RATE) for number, one in enumerate(turns[:count]))
    )
    cuts = statistics.quantiles(spent, n=100)
    print(
        f"{name:40} p50 {cuts[49]:4.0f} ms   p95 {cuts[94]:4.0f} ms   p99 {cuts[98]:4.0f} ms"
        f"   (goal: p95 ≤ {GOAL_MS})   {(cpu_seconds(server) - used) / count * 1e3:.1f} ms CPU each"
    )


def cpu_seconds(server: Server) -> float:
    used = server.process.cpu_times()
    return used.user + used.system


def by_post(client: PublisherClient) -> Tell:
    async def tell(account: UUID) -> UUID:
        new = NoticeNew(id=new_id(), at=clock.now(), kind=KIND, account_id=account, values=VALUES)
        await client.notify(new)
        return new.id

    return tell


def in_a_transaction(app: FastAPI) -> Tell:
    database: Database = app.state.database

    async def tell(account: UUID) -> UUID:
        async with database.sessions.begin() as session:
            return await notify(session, KIND, account, VALUES)

    return tell


async def main(publisher: Server, portal: Server, who: list[Person], url: str, count: int) -> None:
    os.sched_setaffinity(0, {int(CLIENT_CORE)})
    settings = Teller(database_url=url, suite_secret=SECRET, publisher_url=publisher.url,
                      log_level="ERROR")  # fmt: skip
    app, client = teller(settings), PublisherClient.at(settings, publisher.url)
    database = open_database(url, 1)
    await prepare(database)
    await database.close()
    async with app.router.lifespan_context(app):
        async with browsers(publisher.url, "/notices/stream", who) as found:
            await measure("POST /notify → stream", publisher, found, by_post(client), count)
            await measure(
                "kit.events.notify → stream", publisher, found, in_a_transaction(app), count
            )
        async with browsers(portal.url, "/account/notices/stream", who) as found:
            await measure(
                "kit.events.notify → browser", portal, found, in_a_transaction(app), count
            )
    await client.close()


async def databases(ground: Ground) -> list[str]:
    return [await ground.database() for _ in range(3)]


async def fill(url: str, key: SigningKey, who: list[Person]) -> None:
    database, at = open_database(url, 1), clock.now()
    async with database.sessions.begin() as session:
        session.add(key)
        for number, (account, _) in enumerate(who):
            known = {"email": f"p{number}@example.org", "email_verified_at": at}
            session.add(Account(id=account, name="P", roles=[], created_at=at, **known))
    await database.close()


def run(streams: int, count: int) -> None:
    with a_postgres() as ground:
        ours, others, theirs = asyncio.run(databases(ground))
        migrations.upgrade("publisher_service", ours)
        migrations.upgrade("accounts_service", theirs)
        key = signing_key()
        who = people(streams, key)
        asyncio.run(fill(theirs, key, who))
        env = {
            "PUBLISHER_DATABASE_URL": ours, "ACCOUNTS_DATABASE_URL": theirs, "SUITE_SECRET": SECRET,
            "RATE_LIMITS": "false", "LOG_LEVEL": "ERROR",
        }  # fmt: skip
        with ExitStack() as running:

            def start(factory: str, name: str) -> Server:
                found = running.enter_context(served(factory, env))
                env[name] = found.url
                return found

            start("accounts_service.app:create_app", "ACCOUNTS_URL")
            publisher = start("publisher_service.app:create_app", "PUBLISHER_URL")
            portal = start("public_interface.app:create_app", "PORTAL_URL")
            uvloop.run(main(publisher, portal, who, others, count))


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    run(*(given + [1000, 300][len(given) :])[:2])
