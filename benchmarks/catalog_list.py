"""Catalogue list (50 of 100 000 films) ÷ a bare Starlette app with the same SQL (goal ≥ 0.5).

Run it as `python -m benchmarks.catalog_list [films]`. Server and client have a core each; the
database, which both need alike, goes where the kernel puts it.
"""

import sys
from pathlib import Path
from urllib.request import urlopen

from benchmarks.catalog_films import FOLDER, engines, seeded
from benchmarks.serving import in_turns, ratio, served


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
        served("benchmarks.catalog_bare:app", env) as bare,
        served("catalog_service.app:create_app", env) as ours,
    ):
        same = urlopen(f"{bare.url}/films").read() == urlopen(f"{ours.url}/films").read()
        assert same, "the two must answer the same bytes"
        in_turns((bare, "/films"), (ours, "/films"))
    print(bare.line("bare Starlette"))
    print(ours.line("catalog_service"))
    print(ratio(ours, bare, 0.5))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
