"""Coin spends through HTTP/s ÷ pgbench's TPC-B-like transactions/s (goal ≥ 0.4).

16 clients each, on the same durable PostgreSQL, in turns. Then the same on one hot account ÷ spread
over 10 000 (goal ≥ 0.5). One request in twenty is sent twice under its key. After it, the books
are compared with what was answered: nothing lost, nothing doubled, nothing negative.

    ./karangou bench ledger_transfers [SECONDS] [ROUNDS]
"""

import asyncio
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil

from benchmarks._ground import Ground, a_postgres
from benchmarks._ledger_filled import COINS, SECRET, SPENT, filled, people, script
from benchmarks._serving import CLIENT_CORE, Server, served
from kit.db import plain_url
from suite.engines.postgres import binaries
from suite.migrations import run as migrations

CLIENTS, SPREAD, SCALE = 16, 10_000, 16
LOST_AT_THE_END = CLIENTS  # requests that wrk cut off: written perhaps, never counted
WRONG = """
    SELECT 'trial balance' FROM account GROUP BY currency HAVING sum(posted) <> 0
    UNION ALL
    SELECT 'negative: ' || code FROM account WHERE guard = 'no_debit' AND posted > 0
    UNION ALL
    SELECT 'balance: ' || code FROM account
    WHERE posted <> (SELECT sum(amount) FROM posting WHERE account_id = account.id)
    UNION ALL
    SELECT 'lots: ' || account_id FROM coin_lot
    WHERE remaining <> (SELECT -posted FROM account
                        WHERE code = 'liability:wallet:' || account_id || ':bought:COIN')
    UNION ALL
    SELECT 'spends' FROM coin_spend HAVING count(*) <> count(DISTINCT key)
    LIMIT 20
"""


@dataclass
class Run:
    """Spends of some accounts: the best rate, and everything that was answered well."""

    name: str
    accounts: int
    best: float = 0.0
    cpu_us: float = float("inf")
    answered: int = 0
    rounds: list[int] = field(default_factory=list)


def tpcb(ground: Ground, url: str, seconds: int) -> float:
    """Return pgbench's transactions/s."""
    sockets, name = ground.postgres.sockets, url.partition("?")[0].rpartition("/")[2]
    command = [str(binaries() / "pgbench"), "-h", str(sockets), "-U", "postgres"]
    if seconds == 0:
        subprocess.run(
            [*command, "-i", "-q", "-s", str(SCALE), name], check=True, capture_output=True
        )
        return 0
    command += ["-n", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), name]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"tps = ([\d.]+)", told)
    assert found, told
    return float(found[1])


def spends(server: Server, run: Run, folder: Path, seconds: int) -> None:
    """Let wrk spend coins; every answer must be 201."""
    name = f"{run.name}-{len(run.rounds)}"
    lua = script(folder / f"{name}.lua", name, people(run.accounts))
    command = [
        "taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s", "-s", lua,
    ]  # fmt: skip
    used = _used(server.process)
    told = subprocess.run([*command, server.url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise SystemExit(told)
    found = re.search(r"(\d+) requests in", told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert found, told
    assert rate, told
    run.answered += int(found[1])
    run.cpu_us = min(run.cpu_us, (_used(server.process) - used) / int(found[1]) * 1e6)
    run.rounds.append(round(float(rate[1])))
    run.best = max(run.best, float(rate[1]))


def _used(process: psutil.Process) -> float:
    used = process.cpu_times()
    return used.user + used.system


async def books(url: str, answered: int, rounds: int) -> None:
    """Compare the books with the answers; stop when anything is lost, doubled or negative."""
    connection = await asyncpg.connect(plain_url(url))
    wrong = [row[0] for row in await connection.fetch(WRONG)]
    written = await connection.fetchval("SELECT count(*) FROM coin_spend")
    spent = await connection.fetchval("SELECT sum(amount - remaining) FROM coin_lot")
    await connection.close()
    least = answered - answered // 20 - rounds
    most = answered - answered // 20 + rounds * (LOST_AT_THE_END + 1)
    print(f"answered {answered} (one in twenty a replay), written {written}, spent {spent} coins")
    if wrong or spent != written * SPENT or not least <= written <= most:
        raise SystemExit(f"lost, doubled or negative: {wrong}, {least} ≤ {written} ≤ {most}")
    print("lost 0, doubled 0, negative 0")


def measure(ground: Ground, folder: Path, seconds: int, rounds: int) -> None:
    ours, theirs = asyncio.run(ground.database()), asyncio.run(ground.database())
    migrations.upgrade("payments_service", ours)
    filled(ours, people(SPREAD))
    tpcb(ground, theirs, 0)
    env = {"PAYMENTS_DATABASE_URL": ours, "SUITE_SECRET": SECRET, "LOG_LEVEL": "ERROR"}
    rates: list[float] = []
    spread, hot = Run("spread", SPREAD), Run("hot", 1)
    with served("payments_service.app:create_app", env) as server:
        for run in (spread, hot):
            spends(server, run, folder, 1)  # a warm-up
        for _ in range(rounds):
            asyncio.run(ground.settle())
            rates.append(tpcb(ground, theirs, seconds))
            for run in (spread, hot):
                asyncio.run(ground.settle())
                spends(server, run, folder, seconds)
    asyncio.run(books(ours, spread.answered + hot.answered, len(spread.rounds) + len(hot.rounds)))
    assert hot.answered * SPENT < COINS
    bare = max(rates)
    each = [round(one) for one in rates]
    print(f"pgbench TPC-B-like, {CLIENTS} clients   {bare:7.0f} transactions/s   rounds: {each}")
    for run in (spread, hot):
        told = f"{run.cpu_us:4.0f} us CPU of the service each   rounds: {run.rounds}"
        print(f"coin spends, {run.accounts:6} accounts      {run.best:7.0f}/s   {told}")
    middle = statistics.median(
        ours / theirs for ours, theirs in zip(spread.rounds[1:], rates, strict=True)
    )
    print(f"spends ÷ TPC-B-like  {spread.best / bare:5.2f}   goal ≥ 0.4   (best of each)")
    print(f"  the same, by round {middle:5.2f}   median of {len(rates)}")
    print(f"hot ÷ spread         {hot.best / spread.best:5.2f}   goal ≥ 0.5")


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    how_long, how_often = given + [8, 3][len(given) :]
    with a_postgres() as here, tempfile.TemporaryDirectory() as place:
        measure(here, Path(place), how_long, how_often)
