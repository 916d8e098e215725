"""Does the time of a "no" tell an unknown code from a revoked one? Welch's t, goal below 4.5.

Run it as `./karangou bench tokens_timing`.
"""

import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path

from benchmarks._tokens_serving import SECRET, minted
from kit import clock
from kit.auth import Caller
from kit.limits import Limiter
from suite.engines.valkey import Valkey
from tokens_service import migrations
from tokens_service.actions.audit import entry
from tokens_service.actions.guard import Guard, Rules
from tokens_service.actions.verify import Verifier
from tokens_service.app import store_at
from tokens_service.queries import tokens
from tokens_service.rules.codes import random_body
from tokens_service.rules.keys import Keys
from tokens_service.settings import Settings

COUNT = 1500
MANY = "1000000/minute"


async def measure(folder: Path, valkey_url: str) -> tuple[list[float], list[float]]:
    made = await asyncio.to_thread(minted, folder, COUNT)
    store = store_at(Settings(database_url=f"file:{folder / 'tokens.sqlite'}"))
    await store.open(migrations.ALL)
    for one in made:
        noted = entry(Caller("service", "benchmarks"), "token.revoke", str(one.id))
        await tokens.revoke(store, one.id, clock.now(), noted)
    guard = Guard(Limiter(valkey_url, "timing"), Rules(MANY, MANY, MANY, MANY))
    verifier = Verifier(store, Keys.of(SECRET, ""), guard)
    unknown: list[float] = []
    revoked: list[float] = []
    for one in made:
        pair = [(random_body(), unknown), (one.code, revoked)]
        random.shuffle(pair)  # who is asked second finds warmer caches
        for given, times in pair:
            started = time.perf_counter()
            await verifier.verify(given, None, "203.0.113.66")
            times.append(time.perf_counter() - started)
    await store.close()
    return unknown, revoked


def welch(first: list[float], second: list[float]) -> float:
    spread = statistics.variance(first) / len(first) + statistics.variance(second) / len(second)
    return abs(statistics.fmean(first) - statistics.fmean(second)) / spread**0.5


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        valkey = Valkey(folder)
        valkey.start()
        try:
            unknown, revoked = asyncio.run(measure(folder, valkey.url(0)))
        finally:
            valkey.stop()
    for label, times in (("unknown", unknown), ("revoked", revoked)):
        print(f"{label}  mean {statistics.fmean(times) * 1e3:.3f} ms, {len(times)} asked")
    print(f"Welch's t: {welch(unknown, revoked):.2f}  (goal < 4.5)")


if __name__ == "__main__":
    main()
