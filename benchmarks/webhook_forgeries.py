"""Forged, stale, truncated and re-serialised webhooks that are taken: 10 000 of each provider.

Run it as `./karangou bench webhook_forgeries`. Goal: none. The mutations are those of
`tests/payments_service/providers/mutations.py`; tests try some hundreds of them in each run.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from time import perf_counter

from tests.payments_service.providers.mutations import FORGEABLE, Forgeable, mutations, taken
from tests.payments_service.providers.mutations_of_pages import PAGES

COUNT = 10_000


def main() -> None:
    wrong = sum(asyncio.run(_measure(build)) for build in FORGEABLE + PAGES)
    sys.exit(1 if wrong else 0)


async def _measure(build: Callable[[], Awaitable[Forgeable]]) -> int:
    real = await build()
    kinds: Counter[str] = Counter()
    accepted = 0
    start = perf_counter()
    for each in mutations(real, COUNT, seed=7):
        kinds[each.name] += 1
        accepted += taken(real, each) is not None
    seconds = perf_counter() - start
    shown = ", ".join(f"{count} {name}" for name, count in kinds.most_common())
    print(f"{build.__name__:<10} {accepted} of {COUNT} taken (goal: 0) in {seconds:.1f} s: {shown}")
    await real.provider.close()
    return accepted


if __name__ == "__main__":
    main()
