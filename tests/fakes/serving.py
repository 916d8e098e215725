"""A server on loopback that can stop at any moment and leaves no connection behind."""

import asyncio
import socket
from typing import Self

from aiohttp import web

TURNS = 5  # of the loop, from the arrival of a connection until its server knows it


class Serving:
    def __init__(self, runner: web.AppRunner, listening: socket.socket) -> None:
        self.runner = runner
        self.listening = listening
        self.port = int(listening.getsockname()[1])

    @classmethod
    async def of(cls, app: web.Application, port: int = 0) -> Self:
        """Serve `app`; port 0 is one that is free."""
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        listening = socket.create_server(("127.0.0.1", port))
        await web.SockSite(runner, listening).start()
        return cls(runner, listening)

    async def stop(self) -> None:
        """Let in who is at the door and nobody more, then close: asyncio would lose one of them."""
        if self.listening.fileno() < 0:
            return  # it was stopped before
        asyncio.get_running_loop().remove_reader(self.listening)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        await self.runner.cleanup()
