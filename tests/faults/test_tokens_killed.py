"""`kill -9` in the middle of minting: what was answered is there, and nothing is there twice."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# Mints with keys 0, 1, 2 …, two at a time; says each code once it is answered.
MINTER = """
import asyncio, sys
from pathlib import Path
from kit.auth import Caller
from kit.contracts.tokens import AccessLevel, Mint
from tokens_service import migrations
from tokens_service.actions.issuer import Issuer
from tokens_service.actions.mint import mint
from tokens_service.providers.sqlite import SqliteStore
from tokens_service.rules.keys import Keys

async def main():
    store = SqliteStore(Path(sys.argv[1]))
    await store.open(migrations.ALL)
    issuer = Issuer(store, Keys.of("a secret for tests", ""), "OM43", 30)
    async def one(key):
        new = Mint(title="Nuit", access_level=AccessLevel.vip, key=str(key))
        print(key, (await mint(issuer, Caller("service", "x"), new)).code, flush=True)
    for key in range(0, 10**9, 2):
        await asyncio.gather(one(key), one(key + 1))

asyncio.run(main())
"""


def minted_until_killed(file: Path, answers: int) -> dict[str, str]:
    """Return key → code of what was answered before the process was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", MINTER, str(file)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    with process, process.stdout as out:
        lines = [next(out) for _ in range(answers)]
        os.kill(process.pid, signal.SIGKILL)
        lines += [line for line in out if line.endswith("\n")]
    return dict(line.split() for line in lines)


def test_killed_while_minting_nothing_is_lost_or_doubled(tmp_path: Path) -> None:
    file = tmp_path / "tokens.sqlite"
    known: dict[str, str] = {}
    for answers in (3, 18, 41):
        answered = minted_until_killed(file, answers)
        assert known.items() <= answered.items() or answered.items() <= known.items()
        known |= answered
        with sqlite3.connect(file) as connection:
            keys = [key for (key,) in connection.execute("SELECT request_key FROM token")]
            told = connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
            health = connection.execute("PRAGMA integrity_check").fetchone()[0]
        connection.close()
        assert health == "ok"
        assert set(known) <= set(keys)
        assert len(keys) == len(set(keys)) == told
