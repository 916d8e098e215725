"""A balance and a page of a statement, in books of 1 000 000 journals ÷ of 10 000 (p95 ≤ 2).

Through HTTP, one after the other, the larger and the smaller books in turns: the balance of a
wallet, a statement's first page and one from the middle of the busiest account, a journal search.

    ./karangou bench ledger_pages [JOURNALS] [ASKED]
"""

import asyncio
import random
import statistics
import sys
import time
from collections import defaultdict
from contextlib import ExitStack
from urllib.parse import quote

import asyncpg
import httpx

from benchmarks._ground import a_postgres
from benchmarks._ledger_filled import SECRET, SPENT, bought, people
from benchmarks._serving import served
from kit.auth import service_token
from kit.db import open_database, plain_url
from kit.pages import encode_cursor
from payments_service.queries import ledger
from payments_service.rules import accounts
from suite.migrations import run as migrations

SMALL, OWNERS, BATCH, WARM = 10_000, 2_000, 1_000, 20
BUSIEST = accounts.coins_issued().code
# A million journals through the ledger would take a quarter of an hour: these are written past its
# triggers, as it would have written them, and compared with their sums afterwards.
JOURNALS = """
    INSERT INTO journal (id, key, input_hash, phase, kind, at, source, description, details)
    SELECT uuidv7(), 'filled:' || n, '', 'posted', 'coins_spent',
           now() + n * interval '1 millisecond', 'film/' || n % 5000, 'Sira', '{}'
    FROM generate_series(0, $1::bigint - 1) AS n
"""
POSTINGS = """
    INSERT INTO posting (journal_id, account_id, currency, amount, number, balance)
    SELECT journal.id, account.id, 'COIN', leg.amount, account.posting_count + leg.nth,
           account.posted + leg.nth * leg.amount
    FROM journal
    CROSS JOIN LATERAL (SELECT substr(key, 8)::bigint AS n) AS at
    CROSS JOIN LATERAL (
        VALUES ($1::text[], $2::bigint, n / array_length($1::text[], 1) + 1),
               (ARRAY[$3::text], -$2::bigint, n + 1)
    ) AS leg (codes, amount, nth)
    JOIN account ON code = codes[n % array_length(codes, 1) + 1]
    WHERE key LIKE 'filled:%' ORDER BY n
"""
SUMS = """
    UPDATE account SET posted = sums.total, posting_count = sums.legs
    FROM (SELECT account_id, sum(amount) AS total, count(*) AS legs FROM posting
          GROUP BY account_id) AS sums
    WHERE account.id = sums.account_id
"""
WRONG = """
    SELECT count(*) FROM account JOIN posting ON account_id = account.id
    WHERE number = posting_count AND balance <> posted
"""


async def fill(url: str, count: int) -> None:
    """Write that many journals: purchases through the ledger itself, spends by the thousand."""
    database, owners = open_database(url, 2), people(OWNERS)
    for start in range(0, OWNERS, BATCH):
        async with database.sessions.begin() as session:
            some = [bought(one) for one in owners[start : start + BATCH]]
            assert all(one.outcome == "posted" for one in await ledger.post_many(session, some))
    await database.close()
    connection = await asyncpg.connect(plain_url(url))
    wallets = [accounts.bought_coins(one).code for one in owners]
    async with connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(JOURNALS, count - OWNERS)
        await connection.execute(POSTINGS, wallets, SPENT, BUSIEST)
        await connection.execute(SUMS)
    await connection.execute("VACUUM ANALYZE")
    assert await connection.fetchval("SELECT count(*) FROM journal") == count
    assert await connection.fetchval(WRONG) == 0
    await connection.close()


def paths(count: int) -> dict[str, list[str]]:
    """Return what is asked for, by name; each time another account or place."""
    wallets = [accounts.bought_coins(one).code for one in people(OWNERS)]
    chosen = random.sample(wallets, 200)
    middle = quote(encode_cursor(count // 2))
    return {
        "balance of a wallet": [f"/ledger/accounts/{one}" for one in chosen],
        "statement of a wallet": [f"/ledger/accounts/{one}/statement" for one in chosen],
        "busiest account, newest": [f"/ledger/accounts/{BUSIEST}/statement"],
        "busiest account, middle": [f"/ledger/accounts/{BUSIEST}/statement?cursor={middle}"],
        "search by source": [
            f"/ledger/journals?source={one}" for one in ("bench/filled", "film/f")
        ],
        "search by kind": ["/ledger/journals?kind=coins", "/ledger/journals?kind=coins_spent"],
    }


async def measure(urls: dict[int, str], asked: int) -> None:
    """Ask both for the same, in turns; the first twenty answers of each warm it up."""
    token = service_token(SECRET, "benchmarks", "payments_service")
    known = {count: paths(count) for count in urls}
    spent: dict[tuple[str, int], list[float]] = defaultdict(list)
    async with httpx.AsyncClient(headers={"Authorization": f"Suite {token}"}) as client:
        for name in known[SMALL]:
            for nth in range(asked + WARM):
                for count, url in urls.items():
                    choice = known[count][name]
                    started = time.perf_counter()
                    answer = await client.get(f"{url}{choice[nth % len(choice)]}")
                    spent[name, count].append(time.perf_counter() - started)
                    answer.raise_for_status()
    large = max(urls)
    for name in known[SMALL]:
        p95 = {count: _p95(spent[name, count][WARM:]) for count in urls}
        print(
            f"{name:26} {SMALL}: p95 {p95[SMALL]:6.2f} ms   {large}: p95 {p95[large]:6.2f} ms"
            f"   ratio {p95[large] / p95[SMALL]:5.2f}   goal ≤ 2"
        )


def _p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[18] * 1000


def run(large: int, asked: int) -> None:
    with a_postgres() as ground, ExitStack() as running:
        urls = {}
        for count in (SMALL, large):
            database = asyncio.run(ground.database())
            migrations.upgrade("payments_service", database)
            started = time.perf_counter()
            asyncio.run(fill(database, count))
            print(f"{count} journals written in {time.perf_counter() - started:.0f} s")
            env = {"PAYMENTS_DATABASE_URL": database, "SUITE_SECRET": SECRET, "LOG_LEVEL": "ERROR"}
            found = running.enter_context(served("payments_service.app:create_app", env))
            urls[count] = found.url
        asyncio.run(measure(urls, asked))


if __name__ == "__main__":
    given = [int(one) for one in sys.argv[1:3]]
    run(*(given + [1_000_000, 300][len(given) :]))
