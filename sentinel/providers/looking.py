"""One look at one target, within a deadline, never raising: a failure is what was seen."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path

import httpx
from valkey.asyncio import Valkey

from kit.contracts.sentinel import State
from sentinel.rules import reading
from sentinel.rules.seen import Seen, Space

Look = Callable[[], Awaitable[Seen]]
Targets = Mapping[str, httpx.AsyncClient]
LONGEST = 200


def at_service(name: str, http: httpx.AsyncClient, deadline_seconds: float) -> Look:
    """Return a look at a service's `/ready`, and at its `/metrics` if it answers."""

    async def look() -> Seen:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(deadline_seconds):
                answer = await http.get("/ready")
            latency = (time.perf_counter() - started) * 1000
        except (TimeoutError, httpx.TransportError) as error:
            return Seen(name, "service", State.silent, detail=_said(error, deadline_seconds))
        seen = reading.readiness(name, answer.content, answer.status_code, round(latency, 1))
        return (
            seen if seen.state is State.silent else await _with_jobs(seen, http, deadline_seconds)
        )

    return look


def at_engine(name: str, ping: Callable[[], Awaitable[object]], deadline_seconds: float) -> Look:
    """Return a look at an engine that sentinel itself is connected to."""

    async def look() -> Seen:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(deadline_seconds):
                await ping()
        except Exception as error:  # noqa: BLE001  (drivers fail in many ways; all mean the same)
            return Seen(name, "engine", State.silent, detail=_said(error, deadline_seconds))
        latency = round((time.perf_counter() - started) * 1000, 1)
        return Seen(name, "engine", State.well, latency)

    return look


def at_disk(folder: Path) -> Look:
    async def look() -> Seen:
        name = f"disk:{folder}"
        try:
            usage = await asyncio.to_thread(shutil.disk_usage, folder)
        except OSError as error:
            return Seen(name, "disk", State.silent, detail=str(error)[:LONGEST])
        return Seen(name, "disk", State.well, space=Space(usage.free, usage.total))

    return look


def valkey_at(url: str) -> Valkey:
    """Return a client of the Valkey at `url`, whatever common form it came in."""
    scheme, _, rest = url.partition("://")
    known = {"redis": "valkey", "rediss": "valkeys", "valkey+unix": "unix", "redis+unix": "unix"}
    found: Valkey = Valkey.from_url(f"{known.get(scheme, scheme)}://{rest}")
    return found


async def _with_jobs(seen: Seen, http: httpx.AsyncClient, deadline_seconds: float) -> Seen:
    try:
        async with asyncio.timeout(deadline_seconds):
            answer = await http.get("/metrics")
    except (TimeoutError, httpx.TransportError):
        return seen
    if not answer.is_success:
        return seen
    told = answer.text
    return replace(seen, jobs=reading.jobs(told), findings=reading.findings(told))


def _said(error: Exception, deadline_seconds: float) -> str:
    if isinstance(error, TimeoutError | httpx.TimeoutException):
        return f"no answer within {deadline_seconds:g} s"
    if isinstance(error, httpx.ConnectError | ConnectionRefusedError | FileNotFoundError):
        return "connection refused"
    return (str(error) or type(error).__name__)[:LONGEST]
