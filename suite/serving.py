"""Several services in one process and one event loop, each on its own socket."""

import asyncio
import importlib
import logging
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI
from pydantic import ValidationError
from typing_extensions import override

from kit import log
from suite.errors import Stop
from suite.services import Service

GRACE_SECONDS = 8


class Server(uvicorn.Server):
    """A server that leaves signals to the launcher and sleeps while nobody calls."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="httptools",
                ws="none",
                lifespan="on",
                log_config=None,
                access_log=False,
                server_header=False,
                date_header=False,
                timeout_graceful_shutdown=GRACE_SECONDS,
            )
        )
        self.stopping = asyncio.Event()
        self.app = app

    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    @override
    async def main_loop(self) -> None:
        await self.stopping.wait()

    def stop(self) -> None:
        self.app.state.stopping.set()
        self.should_exit = True
        self.stopping.set()


class Together:
    """All services in this process."""

    def __init__(self, sockets: Mapping[Service, socket.socket]) -> None:
        self.sockets = sockets
        self.servers: dict[Service, Server] = {}
        self.tasks: dict[Service, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Return when every service has started; raise Stop when one cannot."""
        for service in self.sockets:
            self.servers[service] = Server(make_app(service))
            await asyncio.sleep(0)
        for service, server in self.servers.items():
            log.service.set(service.folder)
            work = server.serve(sockets=[self.sockets[service]])
            self.tasks[service] = asyncio.create_task(work, name=service.folder)
        log.service.set("")
        while not all(server.started for server in self.servers.values()):
            self._check()
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Let every service finish what it began."""
        for server in self.servers.values():
            server.stop()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)
        for one in self.sockets.values():
            one.close()

    async def wait(self) -> None:
        """Return when a service has ended by itself; none should."""
        await asyncio.wait(self.tasks.values(), return_when=asyncio.FIRST_COMPLETED)
        self._check()

    def _check(self) -> None:
        for service, task in self.tasks.items():
            if task.done():
                raise Stop(f"{service.folder} did not start; the log says why.")


def make_app(service: Service) -> FastAPI:
    """Return the app of a service; its settings come from the environment."""
    try:
        app: FastAPI = importlib.import_module(f"{service.folder}.app").create_app()
    except ValidationError as error:
        raise Stop(_wrong_settings(service, error)) from error
    return app


def _wrong_settings(service: Service, error: ValidationError) -> str:
    wrong = [
        f"{'.'.join(str(part) for part in one['loc']) or 'settings'}: {one['msg']}"
        for one in error.errors()
    ]
    return f"The settings of {service.folder} are wrong: {'; '.join(wrong)}."


logging.getLogger("uvicorn").setLevel(logging.WARNING)
