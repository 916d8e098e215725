"""The hottest list, without the session's machinery; alike questions share one statement.

A question that comes while the same one is being answered waits for the next answer, which begins
after it came: nobody gets an answer older than the question.
"""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import asyncpg

from catalog_service.queries.films import Listing
from kit.errors import Unavailable

_PARAMETER = re.compile(r"(?<!:):([a-z_]+)")


class Page(NamedTuple):
    body: bytes
    tag: str


class Shared:
    """Answers alike questions together."""

    def __init__(self) -> None:
        self.running: dict[str, asyncio.Task[Page]] = {}
        self.next: dict[str, asyncio.Task[Page]] = {}

    async def ask(self, question: str, answer: Callable[[], Awaitable[Page]]) -> Page:
        waiting = self.next.get(question)
        if waiting is None:
            before = self.running.get(question)
            waiting = asyncio.create_task(self._after(before, question, answer))
            (self.next if before else self.running)[question] = waiting
        return await asyncio.shield(waiting)

    async def _after(
        self,
        before: asyncio.Task[Page] | None,
        question: str,
        answer: Callable[[], Awaitable[Page]],
    ) -> Page:
        if before is not None:
            await asyncio.wait([before])
            self.running[question] = self.next.pop(question)
        try:
            return await answer()
        finally:
            if question not in self.next:
                del self.running[question]


async def page(pool: asyncpg.Pool, listing: Listing) -> Page:
    """Return that page, encoded, with its ETag; raise Unavailable."""
    names: list[str] = []
    sql = _PARAMETER.sub(lambda found: _numbered(found[1], names), listing.sql)
    try:
        rows = await pool.fetch(sql, *(listing.given[name] for name in names), timeout=10)
    except (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, TimeoutError) as error:
        raise Unavailable("The database did not answer; try again in a moment.") from error
    body = listing.page(rows)
    return Page(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')


def _numbered(name: str, names: list[str]) -> str:
    if name not in names:
        names.append(name)
    return f"${names.index(name) + 1}"
