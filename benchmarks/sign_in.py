"""Sign-ins/s ÷ bare argon2id hashes/s (goal ≥ 0.8), and others' p99 meanwhile (goal ≤ 2 × idle).

Run it as `./karangou bench sign_in`. The whole service over HTTP on one core, with one thread that
hashes; PostgreSQL, durable, and the client on the other core. The bare side hashes with the same
parameters on the service's core. "Others" ask `GET /me`, one after another. In turns.
"""

import asyncio
import itertools
import os
import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from accounts_service.models.people import Account
from accounts_service.providers.argon2 import HASHER
from accounts_service.settings import Settings
from benchmarks._ground import a_postgres
from benchmarks._serving import CLIENT_CORE, SERVER_CORE, Server, served
from benchmarks._verifying import SECRET
from kit import clock
from kit.contracts.accounts import AccountsClient, SignedIn, SignIn
from kit.db import open_database
from suite.migrations import run as migrations

PASSWORD = "sept lampes sur la lagune"
PEOPLE, AT_ONCE, ROUNDS, SECONDS = 64, 4, 3, 6.0
numbers = itertools.count()


@dataclass
class Found:
    bare: list[float] = field(default_factory=list)
    ours: list[float] = field(default_factory=list)
    bare_cpu: list[float] = field(default_factory=list)
    ours_cpu: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)


def bare_rate(found: Found) -> None:
    """Verify a password on the service's core for a while."""
    os.sched_setaffinity(0, {int(SERVER_CORE)})
    hashed, count, started = HASHER.hash(PASSWORD), 0, time.perf_counter()
    used = time.thread_time()
    while time.perf_counter() < started + SECONDS:
        assert HASHER.verify(PASSWORD, hashed)
        count += 1
    spent = time.perf_counter() - started
    os.sched_setaffinity(0, {int(CLIENT_CORE)})
    found.bare.append(count / spent)
    found.bare_cpu.append((time.thread_time() - used) / count)


async def fill(url: str) -> None:
    hashed, at = HASHER.hash(PASSWORD), clock.now()
    database = open_database(url, 1, "benchmarks")
    async with database.sessions.begin() as session:
        for number in range(PEOPLE):
            made = {"email": f"p{number}@example.org", "name": "P", "roles": []}
            session.add(Account(**made, password_hash=hashed, created_at=at, email_verified_at=at))
    await database.close()


async def sign_in(client: AccountsClient) -> SignedIn:
    number = next(numbers)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    shown = SignIn(email=f"p{number % PEOPLE}@example.org", password=PASSWORD)
    return await client.sign_in(shown, address=address)


def cpu_seconds(server: Server) -> float:
    used = server.process.cpu_times()
    return used.user + used.system


async def sign_in_rate(client: AccountsClient) -> tuple[float, int]:
    started, done = time.perf_counter(), 0

    async def one_after_another() -> None:
        nonlocal done
        while time.perf_counter() < started + SECONDS:
            await sign_in(client)
            done += 1

    await asyncio.gather(*(one_after_another() for _ in range(AT_ONCE)))
    return done / (time.perf_counter() - started), done


async def asked(ask: Callable[[], Awaitable[object]], times: list[float]) -> None:
    """Ask again ten milliseconds after each answer, until cancelled; note how long it took."""
    while True:
        began = time.perf_counter()
        await ask()
        times.append(time.perf_counter() - began)
        await asyncio.sleep(0.01)


async def measure(server: Server, found: Found) -> None:
    client = AccountsClient.at(Settings(suite_secret=SECRET), server.url)
    me = client.acting((await sign_in(client)).access_token).me
    await me()
    for _ in range(ROUNDS):
        await asyncio.to_thread(bare_rate, found)
        await with_others(me, found.idle, asyncio.sleep(SECONDS))
        before = cpu_seconds(server)
        rate, done = await sign_in_rate(client)
        found.ours.append(rate)
        found.ours_cpu.append((cpu_seconds(server) - before) / done)
        await with_others(me, found.busy, sign_in_rate(client))
    await client.close()


async def with_others(
    ask: Callable[[], Awaitable[object]], times: list[float], meanwhile: Awaitable[object]
) -> None:
    others = asyncio.create_task(asked(ask, times))
    await meanwhile
    others.cancel()
    await asyncio.gather(others, return_exceptions=True)


def p99_ms(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[-1] * 1e3


def main() -> None:
    os.sched_setaffinity(0, {int(CLIENT_CORE)})
    found = Found()
    with a_postgres() as ground:
        url = asyncio.run(ground.database())
        migrations.upgrade("accounts_service", url)
        asyncio.run(fill(url))
        env = {
            "ACCOUNTS_DATABASE_URL": url, "ACCOUNTS_HASH_THREADS": "1", "RATE_LIMITS": "false",
            "SUITE_SECRET": SECRET,
        }  # fmt: skip
        with served("accounts_service.app:create_app", env) as server:
            asyncio.run(measure(server, found))
    bare, ours = max(found.bare), max(found.ours)
    cpu = min(found.bare_cpu) / min(found.ours_cpu)
    idle, busy = p99_ms(found.idle), p99_ms(found.busy)
    print(f"bare argon2id  {bare:6.1f} hashes/s")
    print(
        f"sign-ins       {ours:6.1f} /s   "
        f"ratio {ours / bare:.2f}, {cpu:.2f} by the server's CPU  (goal ≥ 0.8)"
    )
    print(f"others' p99    {idle:6.1f} ms idle, {busy:.1f} ms meanwhile: "
          f"{busy / idle:.2f} ×  (goal ≤ 2)")  # fmt: skip


if __name__ == "__main__":
    main()
