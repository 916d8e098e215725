"""The whole suite, started as people start it, on free ports and a folder of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from playwright.sync_api import Browser, Page, sync_playwright

from suite.browser import VARIABLE, find_chromium
from suite.services import ROOT, all_services

PATIENCE_SECONDS = 120
Found = TypeVar("Found")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--autoplay-policy=no-user-gesture-required",
]  # fmt: skip
# Chromium opens no page on these (net/base/port_util.cc), free or not.
UNSAFE = frozenset({5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080})


def until(look: Callable[[], Found | None], what: str, seconds: float = PATIENCE_SECONDS) -> Found:
    """Return what `look` finds, as soon as it finds something."""
    deadline = time.monotonic() + seconds
    pause = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    try:
        while time.monotonic() < deadline:
            if found := look():
                return found
            with suppress(subprocess.TimeoutExpired):
                pause.wait(0.2)
    finally:
        pause.kill()
        pause.communicate()
    raise AssertionError(f"not in {seconds:g} s: {what}")


def free_ports(count: int) -> list[int]:
    found: list[int] = []
    kept = []
    while len(found) < count:
        held = socket.create_server(("127.0.0.1", 0))
        kept.append(held)
        if held.getsockname()[1] not in UNSAFE:
            found.append(held.getsockname()[1])
    for each in kept:
        each.close()
    return found


class Suite:
    """`./karangou up` on a data folder; it may be killed and started again on the same ports."""

    def __init__(self, data: Path, *words: str, **more: str) -> None:
        self.data = data
        self.words = words
        services = all_services()
        self.ports = dict(zip((s.folder for s in services), free_ports(len(services)), strict=True))
        self.environment = (
            os.environ
            | {"PYTHONPATH": str(ROOT), "RATE_LIMITS": "true"}
            | {f"{s.prefix}PORT": str(self.ports[s.folder]) for s in services}
            | more
        )
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def output(self) -> str:
        return (self.data / "output").read_text()

    def start(self) -> None:
        self.data.mkdir(exist_ok=True)
        with (self.data / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "suite", "up", "--data", str(self.data), *self.words],
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self.environment,
                cwd=ROOT,
            )
        until(lambda: "Ctrl-C stops everything" in self.output or self._has_ended(), "the suite up")
        assert not self._has_ended(), self.output

    def _has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(PATIENCE_SECONDS)
            self.process = None

    def url(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    @property
    def portal(self) -> str:
        return self.url("public_interface")

    @property
    def dashboard(self) -> str:
        return self.url("admin_interface")

    @property
    def setup_link(self) -> str:
        found = re.search(r"http\S+/setup\?token=\S+", self.output)
        assert found, self.output
        return found[0]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a browser. One at a time: Playwright's own loop does not run inside another."""
    with sync_playwright() as playwright:
        path = os.environ.get(VARIABLE) or find_chromium()
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visitor(browser: Browser, width: int = 1280) -> Iterator[Page]:
    """Open a page for somebody new; anything the console calls an error fails the test."""
    context = browser.new_context(viewport={"width": width, "height": 900}, locale="fr-FR")
    page = context.new_page()
    page.set_default_timeout(60_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    yield page
    context.close()
    assert troubles == []
