"""`up`, as people run it: started, stopped, killed, and started again."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import psutil
import pytest

from suite.engines.postgres import Postgres
from suite.engines.valkey import Valkey
from suite.services import ROOT

PATIENCE_SECONDS = 60
Launch = Callable[..., "Launcher"]


class Launcher:
    """A running `./karangou` on a data folder of its own, with only accounts_service."""

    def __init__(self, data: Path, port: int, *words: str) -> None:
        self.data = data
        self.url = f"http://127.0.0.1:{port}"
        self.output = data / "output"
        environment = os.environ | {
            "PYTHONPATH": str(ROOT),
            "ACCOUNTS_PORT": str(port),
            "DASHBOARD_PUBLIC_URL": "http://dashboard.test",
        }
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "suite", *words, "--data", str(data)],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
            )

    def says(self, words: str) -> str:
        """Return the output once it has `words`."""
        self.until(lambda: words in self.output.read_text() or self.process.poll() is not None)
        text = self.output.read_text()
        assert words in text, text
        return text

    def until(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, self.output.read_text()
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/ready", trust_env=False).is_success
        except httpx.TransportError:
            return False

    def stop(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE_SECONDS)


@pytest.fixture
def launch() -> Iterator[Launch]:
    data = Path(tempfile.mkdtemp(prefix="ku"))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    begun: list[Launcher] = []

    def start(*words: str) -> Launcher:
        begun.append(Launcher(data, port, *words))
        return begun[-1]

    yield start
    for one in begun:
        if one.process.poll() is None:
            one.stop(signal.SIGKILL)
    Postgres(data).stop()
    Valkey(data).stop()
    shutil.rmtree(data, ignore_errors=True)


ONLY = ("--only", "accounts_service")


def test_up_and_ctrl_c_leave_nothing_running(launch: Launch) -> None:
    running = launch("up", *ONLY)
    assert "http://dashboard.test/setup?token=" in running.says("Ctrl-C stops everything")
    assert running.is_ready()
    assert running.stop(signal.SIGINT) == 0
    assert not Postgres(running.data).is_up()
    assert not Valkey(running.data).is_up()


def test_after_kill_9_the_engines_are_found_alive(launch: Launch) -> None:
    running = launch("up", *ONLY)
    running.says("Ctrl-C stops everything")
    running.stop(signal.SIGKILL)
    again = launch("up", *ONLY)
    assert "found alive" in again.says("Ctrl-C stops everything")
    assert again.stop(signal.SIGTERM) == 0
    assert not Postgres(again.data).is_up()


def test_a_taken_port_stops_it_before_anything_starts(launch: Launch) -> None:
    first = launch("up", *ONLY)
    first.says("Ctrl-C stops everything")
    second = launch("up", *ONLY)
    assert second.process.wait(PATIENCE_SECONDS) == 1
    assert "ACCOUNTS_PORT" in second.output.read_text()
    assert first.is_ready()


def test_an_isolated_service_that_dies_is_started_again(launch: Launch) -> None:
    running = launch("up", "--isolated", *ONLY)
    running.says("Ctrl-C stops everything")
    (before,) = psutil.Process(running.process.pid).children()
    before.kill()
    running.says("it starts again")
    running.until(running.is_ready)
    (after,) = psutil.Process(running.process.pid).children()
    assert after.pid != before.pid
    assert running.stop(signal.SIGTERM) == 0


def test_isolated_services_do_not_outlive_a_killed_launcher(launch: Launch) -> None:
    running = launch("up", "--isolated", *ONLY)
    running.says("Ctrl-C stops everything")
    (service,) = psutil.Process(running.process.pid).children()
    running.stop(signal.SIGKILL)
    running.until(lambda: not service.is_running())


def test_an_api_client_is_made_without_anything_running(launch: Launch) -> None:
    made = launch("api-client", "create", "Site", "--scope", "films:read", "--json")
    assert made.process.wait(PATIENCE_SECONDS) == 0
    assert json.loads(made.output.read_text())["secret"]
    assert not Postgres(made.data).is_up()


def test_a_scope_that_does_not_exist_is_said(launch: Launch) -> None:
    made = launch("api-client", "create", "Site", "--scope", "films:dream")
    assert made.process.wait(PATIENCE_SECONDS) == 1
    assert "films:dream" in made.output.read_text()


def test_an_admin_is_made_while_the_suite_runs(launch: Launch) -> None:
    running = launch("up", *ONLY)
    running.says("Ctrl-C stops everything")
    made = launch("admin", "create", "dana@example.org")
    assert made.process.wait(PATIENCE_SECONDS) == 0
    assert running.is_ready()
