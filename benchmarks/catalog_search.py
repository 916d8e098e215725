"""Search p95 at 100 000 films ÷ at 1 000 (goal ≤ 2); deep page ÷ first page (goal ≤ 1.3).

Run it as `./karangou bench catalog_search`. Words rotate: very common, middling and rare ones,
two at once, words still being typed, words with a typo. One request at a time, over HTTP; the two
sizes take turns, and each keeps its best of three rounds.
"""

import http.client
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, urlsplit

import orjson

from benchmarks._catalog_films import engines, seeded, vocabulary
from benchmarks._serving import Server, served
from benchmarks.catalog_list import environment

SIZES = (1_000, 100_000)
ASKED = 60  # of each kind in a round
ROUNDS = 3


def questions() -> dict[str, list[str]]:
    """Return what is asked, by kind: the same words for every size."""
    chance = random.Random(17)
    words = vocabulary()

    def some(first: int, last: int) -> list[str]:
        return [words[chance.randrange(first, last)] for _ in range(ASKED)]

    return {
        "very common": some(0, 20),
        "common": some(20, 200),
        "middling": some(200, 2000),
        "rare": some(2000, 20_000),
        "two words": [f"{a} {b}" for a, b in zip(some(0, 50), some(0, 500), strict=True)],
        "being typed": [word[: max(2, len(word) - 2)] for word in some(0, 5000)],
        "with a typo": [word[:-2] + word[-1] + word[-2] + "q" for word in some(0, 5000)],
    }


class Asker:
    """One connection that is kept open."""

    def __init__(self, server: Server) -> None:
        parts = urlsplit(server.url)
        self.connection = http.client.HTTPConnection(str(parts.hostname), int(parts.port or 0))

    def ask(self, path: str) -> tuple[float, bytes]:
        """Return the milliseconds one answer took, and the answer."""
        started = time.perf_counter()
        self.connection.request("GET", path)
        answer = self.connection.getresponse()
        body = answer.read()
        taken = (time.perf_counter() - started) * 1000
        assert answer.status == 200, body
        return taken, body


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def in_rounds(
    measure: Callable[[Asker], dict[str, list[float]]], askers: list[Asker]
) -> list[dict[str, float]]:
    """Return each server's best p95 by kind, measured in turns."""
    best: list[dict[str, float]] = [{} for _ in askers]
    for asker in askers:
        asker.connection.close()
        measure(asker)
    for _ in range(ROUNDS):
        for place, asker in enumerate(askers):
            asker.connection.close()  # the server has given up a connection that was idle
            for kind, times in measure(asker).items():
                best[place][kind] = min(p95(times), best[place].get(kind, 1e9))
    return best


def searches(asker: Asker) -> dict[str, list[float]]:
    found = {
        kind: [asker.ask(f"/search?q={quote(each)}")[0] for each in asked]
        for kind, asked in questions().items()
    }
    found["ALL"] = [each for times in list(found.values()) for each in times]
    return found


def pages(asker: Asker) -> dict[str, list[float]]:
    """Time the first page and the sixteenth of searches for very common words."""
    first: list[float] = []
    deep: list[float] = []
    for word in vocabulary()[:12]:
        start = f"/search?q={quote(word)}"
        path = start
        for _ in range(15):
            cursor = orjson.loads(asker.ask(path)[1])["next_cursor"]
            path = f"{start}&cursor={cursor}"
        for _ in range(6):
            first.append(asker.ask(start)[0])
            deep.append(asker.ask(path)[0])
    return {"first page": first, "sixteenth page": deep}


def list_pages(asker: Asker) -> dict[str, list[float]]:
    """Time the first page of the whole list, and its 200th."""
    path = "/films?limit=50"
    for _ in range(199):
        cursor = orjson.loads(asker.ask(path)[1])["next_cursor"]
        path = f"/films?limit=50&cursor={cursor}"
    both = [(asker.ask("/films?limit=50")[0], asker.ask(path)[0]) for _ in range(60)]
    return {"first page": [each[0] for each in both], "200th page": [each[1] for each in both]}


def main() -> None:
    postgres, valkey = engines()
    few, many = (environment(seeded(postgres, size), valkey.url(0)) for size in SIZES)
    factory = "catalog_service.app:create_app"
    print(f"load {Path('/proc/loadavg').read_text().split()[0]}; p95 in milliseconds")
    with served(factory, few) as small, served(factory, many) as large:
        askers = [Asker(small), Asker(large)]
        one, other = in_rounds(searches, askers)
        for kind, value in one.items():
            print(f"{kind:12} {value:8.2f} at 1 000 {other[kind]:8.2f} at 100 000"
                  f"   ratio {other[kind] / value:5.2f}")  # fmt: skip
        print(f"search p95 at 100 000 ÷ at 1 000: {other['ALL'] / one['ALL']:.2f}  (goal ≤ 2)")
        for what, measure in (("search", pages), ("list", list_pages)):
            (timed,) = in_rounds(measure, askers[1:])
            (_, first), (name, deep) = timed.items()
            print(f"{what}: first page {first:.2f}, {name} {deep:.2f}:"
                  f" ratio {deep / first:.2f}  (goal ≤ 1.3)")  # fmt: skip


if __name__ == "__main__":
    main()
