"""A route that verifies an access token ÷ the same route without (goal ≥ 0.85).

Run it as `./karangou bench verify_access_token`. Five hundred people ask in turns; a service keeps
what it verified until it expires, so the figure is of people who are here, and what the first
request of a token costs is said beside it.
"""

import asyncio
import tempfile
import time
from pathlib import Path

import orjson

from benchmarks._serving import in_turns, ratio, served
from benchmarks._verifying import tokens
from kit.auth import KeyRing

PEOPLE = 500
SCRIPT = """
local tokens = {%s}
local turn = 0
request = function()
  turn = turn %% #tokens + 1
  return wrk.format("GET", nil, {["Authorization"] = "Bearer " .. tokens[turn]})
end
"""


async def first_time_us(made: list[str], jwks: bytes) -> float:
    ring = KeyRing(_never)
    ring.use(orjson.loads(jwks))
    started = time.perf_counter()
    for token in made:
        await ring.caller(token)
    return (time.perf_counter() - started) / len(made) * 1e6


async def _never() -> dict[str, object]:
    raise AssertionError("the key is known")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        jwks, script = Path(name) / "jwks.json", Path(name) / "tokens.lua"
        made = tokens(PEOPLE, jwks)
        script.write_text(SCRIPT % ",".join(f'"{token}"' for token in made))
        asking = {"BENCH_JWKS_FILE": str(jwks)}
        factory, silent = "benchmarks._verifying:app", asking | {"BENCH_ASKS": "false"}
        with served(factory, silent) as bare, served(factory, asking) as ours:
            bare.script = ours.script = str(script)
            in_turns((bare, "/hello"), (ours, "/hello"))
        once = asyncio.run(first_time_us(made, jwks.read_bytes()))
    print(bare.line("without"))
    print(ours.line("with a token"))
    print(f"the first time a token is seen: {once:.0f} us")
    print(ratio(ours, bare, 0.85))


if __name__ == "__main__":
    main()
