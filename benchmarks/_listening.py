"""A service that tells, and browsers that hear of it."""

import asyncio
import time
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import FastAPI
from sqlalchemy import text

from kit.contracts.publisher.notices import NoticeEvent
from kit.db import Database
from kit.jobs import INSTALL, Tasks
from kit.settings import ServiceSettings
from kit.web import build_app

PATIENCE = 60.0


class Teller(ServiceSettings):
    """Any service with a worker: `kit.events` delivers what it tells."""

    SERVICE = "catalog_service"


def teller(settings: Teller) -> FastAPI:
    return build_app(settings, tasks=Tasks())


async def prepare(database: Database) -> None:
    async with database.sessions.begin() as session:
        for statement in INSTALL:
            await session.execute(text(statement))


class Browser:
    """One open stream, and when each notice came."""

    def __init__(self, account: UUID, token: str) -> None:
        self.account = account
        self.token = token
        self.is_open = asyncio.Event()
        self.came: dict[UUID, float] = {}
        self.awaited: dict[UUID, asyncio.Future[float]] = {}

    async def follow(self, url: str, path: str) -> None:
        """Read a stream as a browser does, until cancelled."""
        place = urlsplit(url)
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        try:
            writer.write(
                f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: text/event-stream\r\n"
                f"Authorization: Bearer {self.token}\r\nCookie: account_access={self.token}\r\n\r\n"
                .encode()
            )  # fmt: skip
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 200 " not in head.split(b"\r\n", 1)[0]:
                raise SystemExit(head.decode())
            while line := await reader.readline():
                if line.startswith(b"data: "):
                    self._heard(NoticeEvent.model_validate_json(line[6:]))
            raise SystemExit("a stream ended")
        finally:
            writer.close()

    def _heard(self, event: NoticeEvent) -> None:
        self.is_open.set()
        if event.notice is None:
            return
        self.came[event.notice.id] = at = time.perf_counter()
        if (waiting := self.awaited.get(event.notice.id)) and not waiting.done():
            waiting.set_result(at)

    async def sees(self, notice_id: UUID) -> float:
        """Wait for a notice; return when it came."""
        if notice_id not in self.came:
            self.awaited[notice_id] = asyncio.get_running_loop().create_future()
            async with asyncio.timeout(PATIENCE):
                await self.awaited[notice_id]
        return self.came[notice_id]
