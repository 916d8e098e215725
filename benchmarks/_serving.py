"""Apps on one core, wrk on the other, in turns: what every ratio of requests is measured with."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent
SERVER_CORE, CLIENT_CORE = "0", "1"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Server:
    """A server process, and its best figures so far."""

    url: str
    process: psutil.Process
    script: str | None = None
    per_second: float = 0.0
    cpu_us: float = float("inf")

    def measure(self, path: str, seconds: int) -> None:
        """Ask for `path` for so long; keep the best requests per second and CPU per request."""
        before = self.process.cpu_times()
        found = requests_per_second(f"{self.url}{path}", seconds, script=self.script)
        after = self.process.cpu_times()
        used = after.user + after.system - before.user - before.system
        self.per_second = max(self.per_second, found)
        self.cpu_us = min(self.cpu_us, used / (found * seconds) * 1e6)

    def line(self, name: str) -> str:
        return f"{name:20} {self.per_second:8.0f} requests/s   {self.cpu_us:6.1f} us CPU each"


@contextmanager
def served(factory: str, env: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Serve `module:factory` by uvicorn with uvloop and httptools."""
    port = free_port()
    command = [
        "taskset", "-c", SERVER_CORE, sys.executable, "-m", "uvicorn", "--factory", factory,
        "--port", str(port), "--loop", "uvloop", "--http", "httptools",
        "--no-access-log", "--log-level", "warning",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **(env or {})})
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, process)
        yield Server(url, psutil.Process(process.pid))
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(1200):
        try:
            urllib.request.urlopen(f"{url}/health", timeout=1).close()
        except OSError:
            if process.poll() is not None:
                raise SystemExit("the server stopped") from None
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server does not answer")


def requests_per_second(
    url: str, seconds: int = 4, connections: int = 32, script: str | None = None
) -> float:
    """Return what wrk counts; any answer but 2xx stops the benchmark."""
    command = ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s"]
    if script:
        command += ["-s", script]
    out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        raise SystemExit(out)
    found = re.search(r"Requests/sec:\s+([\d.]+)", out)
    assert found, out
    return float(found[1])


def in_turns(*asked: tuple[Server, str], rounds: int = 3, seconds: int = 4) -> None:
    """Measure each server at its path, in turns, after a warm-up; each keeps its best."""
    for server, path in asked:
        requests_per_second(f"{server.url}{path}", 1, script=server.script)
    for _ in range(rounds):
        for server, path in asked:
            server.measure(path, seconds)


def ratio(ours: Server, bare: Server, goal: float) -> str:
    rate, cpu = ours.per_second / bare.per_second, bare.cpu_us / ours.cpu_us
    return f"ratio: {rate:.2f} by requests/s, {cpu:.2f} by the server's CPU  (goal ≥ {goal})"
