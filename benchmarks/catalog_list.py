"""Catalogue list (50 of 100 000 films) ÷ a bare Starlette app with the same SQL (goal ≥ 0.5).

Run it as `./karangou bench catalog_list [films]`. Server and client have a core each; the
database, which both need alike, goes where the kernel puts it. Alike questions that come at once
share one statement here, so it is measured twice: all asking the same, and all asking differently
(an ignored parameter), when every request has a statement of its own, as in the bare app.
"""

import sys
from pathlib import Path
from urllib.request import urlopen

from benchmarks._catalog_films import FOLDER, engines, seeded
from benchmarks._serving import in_turns, ratio, served


def environment(database_url: str, valkey_url: str) -> dict[str, str]:
    """Return the settings of catalog_service as the benchmarks serve it: as always."""
    return {
        "CATALOG_DATABASE_URL": database_url,
        "VALKEY_URL": valkey_url,
        "MEDIA_URL": str(FOLDER / "media"),
        "BUNNY_API_URL": "http://127.0.0.1:9",
        "ACCOUNTS_URL": "http://127.0.0.1:9",
        "GATEWAY_URL": "http://127.0.0.1:9",
        "LOG_LEVEL": "ERROR",
    }


def main(count: int) -> None:
    postgres, valkey = engines()
    env = environment(seeded(postgres, count), valkey.url(0))
    print(f"{count} films; load {Path('/proc/loadavg').read_text().split()[0]}")
    with (
        served("benchmarks._catalog_bare:app", env) as bare,
        served("catalog_service.app:create_app", env) as ours,
    ):
        same = urlopen(f"{bare.url}/films").read() == urlopen(f"{ours.url}/films").read()
        assert same, "the two must answer the same bytes"
        for what, script in (("the same", None), ("different", different())):
            for server in (bare, ours):
                server.script, server.per_second, server.cpu_us = script, 0.0, float("inf")
            in_turns((bare, "/films"), (ours, "/films"))
            print(f"all asking {what}:")
            print(bare.line("bare Starlette"))
            print(ours.line("catalog_service"))
            print(ratio(ours, bare, 0.5))


def different() -> str:
    """Return a script for wrk that asks for the same list in a thousand ways."""
    script = FOLDER / "different.lua"
    script.write_text(
        "request = function() return wrk.format('GET', '/films?x=' .. math.random(1000)) end"
    )
    return str(script)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
