"""A store on a libSQL server (Turso, sqld): Hrana over HTTP, `POST /v2/pipeline`.

A read or a write is one request: its statements, then `close`, so no stream is left behind. Only a
migration looks before it leaps and keeps a stream, by its batons, for a few requests.
"""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import httpx
from typing_extensions import override

from kit.client import open_http
from kit.contracts.tokens import TokenStoreUnavailable
from tokens_service.models import Migration, Row, Statement, Store, StoreConflict
from tokens_service.providers import wire

logger = logging.getLogger(__name__)
TRIES = 4
FIRST_WAIT = 0.05
FRESH_SECONDS = 0.5
Result = TypeVar("Result")
CLOSE = {"type": "close"}
NUMBERS = "CREATE TABLE IF NOT EXISTS migration (number INTEGER PRIMARY KEY) STRICT"


class HranaStore(Store):
    def __init__(self, url: str, token: str = "", timeout: float = 5.0) -> None:
        self.http = open_http(wire.address(url), httpx.Timeout(timeout))
        if token:
            self.http.headers["Authorization"] = f"Bearer {token}"
        self.writes = 0

    @override
    async def read(self, statement: Statement) -> list[Row]:
        async def once() -> list[Row]:
            request = {"type": "execute", "stmt": wire.statement(statement)}
            return wire.rows((await self._pipeline(request))[0]["result"])

        return await _patiently(once)

    @override
    async def write(self, *steps: Statement) -> list[list[Row]]:
        async def once() -> list[list[Row]]:
            try:
                request = {"type": "batch", "batch": wire.transaction(steps)}
                return wire.transacted((await self._pipeline(request))[0]["result"], len(steps))
            finally:
                self.writes += 1

        return await _patiently(once)

    @override
    async def open(self, migrations: Sequence[Migration]) -> None:
        await _patiently(lambda: self._migrate(migrations))

    @override
    def stamp(self) -> object:
        return self.writes, int(time.monotonic() / FRESH_SECONDS)

    @override
    async def close(self) -> None:
        await self.http.aclose()

    async def _migrate(self, migrations: Sequence[Migration]) -> None:
        stream = Stream(self.http)
        try:
            await stream.run("BEGIN IMMEDIATE", NUMBERS)
            found = await stream.run("SELECT number FROM migration")
            done = {row["number"] for row in found[0]}
            for number, statements in migrations:
                if number not in done:
                    noted = f"INSERT INTO migration VALUES ({number:d})"  # noqa: S608
                    await stream.run(*statements, noted)
            await stream.run("COMMIT", last=True)
        finally:
            await stream.close()

    async def _pipeline(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        body = {"baton": None, "requests": [request, CLOSE]}
        return wire.results(await ask(self.http, "", body))[:1]


class Stream:
    """One connection of the server's, held by its latest baton; one request at a time."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http
        self.baton: str | None = None
        self.address = ""

    async def run(self, *statements: str, last: bool = False) -> list[list[Row]]:
        """Return the rows of each; the server forgets an unfinished transaction by itself."""
        asked = [{"type": "execute", "stmt": {"sql": sql}} for sql in statements]
        body = {"baton": self.baton, "requests": [*asked, CLOSE] if last else asked}
        answer = await ask(self.http, self.address, body)
        self.baton = answer.get("baton")
        self.address = answer.get("base_url") or self.address
        if self.baton is None and not last:
            raise wire.Passing("the stream was closed")
        return [wire.rows(found["result"]) for found in wire.results(answer)[: len(asked)]]

    async def close(self) -> None:
        """Give up what is open still, so that nobody waits for it to expire."""
        if self.baton is None:
            return
        body = {"baton": self.baton, "requests": [CLOSE]}
        self.baton = None
        try:
            await ask(self.http, self.address, body)
        except (wire.Passing, TokenStoreUnavailable) as trouble:
            logger.info("libsql: the stream was gone already: %s", trouble)


async def ask(http: httpx.AsyncClient, address: str, body: dict[str, Any]) -> dict[str, Any]:
    """Send one pipeline; raise Passing for what may go better in a moment."""
    try:
        response = await http.post(f"{address.rstrip('/')}/v2/pipeline", json=body)
    except httpx.TransportError as error:
        raise wire.Passing(type(error).__name__) from error
    return wire.answer(response.status_code, response.content)


async def _patiently(once: Callable[[], Awaitable[Result]]) -> Result:
    """Do it, and again while the trouble may pass: everything here may be done twice."""
    for tries in range(1, TRIES + 1):
        try:
            return await once()
        except wire.Passing as trouble:
            logger.warning("libsql: %s", trouble, extra={"tries": tries})
            if tries == TRIES:
                raise TokenStoreUnavailable from trouble
            await asyncio.sleep(FIRST_WAIT * 2**tries * random.uniform(0.5, 1))  # noqa: S311
    raise StoreConflict
