"""A libSQL server on loopback: Hrana over HTTP on the standard library's SQLite. It can misbehave.

Strict where servers are: batons work once, `close` comes last, unknown named arguments and second
statements are refused, SQL errors are answered inside a 200.
"""

import asyncio
import secrets
import sqlite3
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from tests.fakes.serving import Serving

Fault = Callable[["HranaServer", web.Request], Awaitable[web.StreamResponse | None]]


class Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = {"message": message, "code": code}


class HranaServer:
    def __init__(self, file: Path, token: str = "") -> None:
        self.file = file
        self.token = token
        self.port = 0
        self.node = ""  # when set, streams must go on at this path: see `base_url`
        self.streams: dict[str, sqlite3.Connection] = {}
        self.expired: set[str] = set()
        self.requests = 0
        self.before: deque[Fault] = deque()
        self.after: deque[Fault] = deque()
        self.serving: Serving | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_post("/v2/pipeline", self._pipeline)
        app.router.add_post("/{node}/v2/pipeline", self._pipeline)
        self.serving = await Serving.of(app, self.port)
        self.port = self.serving.port

    async def stop(self) -> None:
        for connection in self.streams.values():
            connection.close()
        self.streams.clear()
        if self.serving:
            await self.serving.stop()
            self.serving = None

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    def expire_streams(self) -> None:
        """Forget every open stream, as a server does after ten idle seconds."""
        for baton, connection in self.streams.items():
            connection.close()
            self.expired.add(baton)
        self.streams.clear()

    async def _pipeline(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        if self.before and (answer := await self.before.popleft()(self, request)):
            return answer
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"error": "AUTH_JWT_INVALID"}, status=401)
        body = await request.json()
        baton = body.get("baton")
        if baton in self.expired:
            said = {"message": "The stream has expired due to inactivity", "code": "STREAM_EXPIRED"}
            return web.json_response(said, status=400)
        if baton is not None and (baton not in self.streams or self._strayed(request)):
            return web.Response(status=400, text="Received an invalid baton")
        connection = self.streams.pop(baton) if baton else self._connect()
        answer_body = self._run(connection, body["requests"])
        if self.after and (answer := await self.after.popleft()(self, request)):
            return answer
        return web.json_response(answer_body)

    def _strayed(self, request: web.Request) -> bool:
        return bool(self.node) and request.match_info.get("node") != self.node

    def _run(self, connection: sqlite3.Connection, requests: list[dict[str, Any]]) -> Any:
        results, closed = [], False
        for at, one in enumerate(requests):
            closed = one["type"] == "close"
            assert not closed or at == len(requests) - 1, "close must come last"
            try:
                response = {"type": one["type"], **self._respond(connection, one)}
                results.append({"type": "ok", "response": response})
            except Refused as refused:
                results.append({"type": "error", "error": refused.answer})
        baton = None
        if closed:
            connection.close()
        else:
            baton = secrets.token_urlsafe(12)
            self.streams[baton] = connection
        base_url = f"{self.url}/{self.node}" if self.node and baton else None
        return {"baton": baton, "base_url": base_url, "results": results}

    def _respond(self, connection: sqlite3.Connection, one: dict[str, Any]) -> dict[str, Any]:
        if one["type"] == "execute":
            return {"result": execute(connection, one["stmt"])}
        if one["type"] == "batch":
            return {"result": batch(connection, one["batch"]["steps"])}
        assert one["type"] == "close"
        return {}

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.file, timeout=0, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection


def batch(connection: sqlite3.Connection, steps: list[dict[str, Any]]) -> dict[str, Any]:
    results: list[Any] = []
    errors: list[Any] = []
    for step in steps:
        result = error = None
        if _holds(step.get("condition"), results, errors):
            try:
                result = execute(connection, step["stmt"])
            except Refused as refused:
                error = refused.answer
        results.append(result)
        errors.append(error)
    return {"step_results": results, "step_errors": errors}


def _holds(condition: dict[str, Any] | None, results: list[Any], errors: list[Any]) -> bool:
    if condition is None:
        return True
    kind = condition["type"]
    if kind == "ok":
        return results[condition["step"]] is not None
    if kind == "error":
        return errors[condition["step"]] is not None
    if kind == "not":
        return not _holds(condition["cond"], results, errors)
    found = [_holds(one, results, errors) for one in condition["conds"]]
    return all(found) if kind == "and" else any(found)


def execute(connection: sqlite3.Connection, stmt: dict[str, Any]) -> dict[str, Any]:
    named = {one["name"].lstrip(":@$"): _value(one["value"]) for one in stmt.get("named_args", ())}
    for name in named:
        if f":{name}" not in stmt["sql"]:
            raise Refused("ARGS_INVALID", f"Too many parameters: {name}")
    try:
        cursor = connection.execute(stmt["sql"], named)
        found = cursor.fetchall()
    except sqlite3.IntegrityError as error:
        raise Refused("SQLITE_CONSTRAINT", str(error)) from error
    except sqlite3.OperationalError as error:
        locked = "locked" in str(error) or "busy" in str(error)
        raise Refused("SQLITE_BUSY" if locked else "SQLITE_UNKNOWN", str(error)) from error
    except (sqlite3.Warning, sqlite3.ProgrammingError) as error:
        raise Refused("SQL_MANY_STATEMENTS", str(error)) from error
    columns = [{"name": one[0], "decltype": None} for one in cursor.description or ()]
    rows = (
        [[_encoded(value) for value in row] for row in found] if stmt.get("want_rows", True) else []
    )
    return {
        "cols": columns,
        "rows": rows,
        "affected_row_count": max(cursor.rowcount, 0),
        "last_insert_rowid": None,
    }


def _value(given: dict[str, Any]) -> Any:
    if given["type"] == "integer":
        assert isinstance(given["value"], str), "integers travel as text"
        return int(given["value"])
    return given.get("value")


def _encoded(value: Any) -> dict[str, Any]:
    if value is None:
        return {"type": "null"}
    if isinstance(value, int):
        return {"type": "integer", "value": str(value)}
    assert isinstance(value, str)
    return {"type": "text", "value": value}


async def lost(server: HranaServer, request: web.Request) -> web.StreamResponse | None:
    """Cut the line without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def silent(server: HranaServer, request: web.Request) -> web.StreamResponse | None:
    """Never answer; the caller must lose patience."""
    await asyncio.Event().wait()
    return None


async def busy(server: HranaServer, request: web.Request) -> web.StreamResponse | None:
    return web.json_response({"error": "too busy"}, status=503)


async def restarting(server: HranaServer, request: web.Request) -> web.StreamResponse | None:
    """Go away with every open stream, and come back."""
    server.expire_streams()
    server.expired.clear()
    return await lost(server, request)


async def expiring(server: HranaServer, request: web.Request) -> web.StreamResponse | None:
    """Forget all streams, then look at the request."""
    server.expire_streams()
    return None
