"""One process per service, started again when it dies, and never outliving the launcher."""

import asyncio
import os
import socket
import sys
import time
from collections.abc import Mapping

from suite.services import ROOT, Service
from suite.serving import GRACE_SECONDS
from suite.terminal import bad, say

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0
GOOD_AFTER = 60.0


class Isolated:
    """A process for each service; it inherits its socket, so callers wait while it restarts."""

    def __init__(self, sockets: Mapping[Service, socket.socket]) -> None:
        self.sockets = sockets
        self.keepers: list[asyncio.Task[None]] = []
        self.processes: dict[Service, asyncio.subprocess.Process] = {}
        self.stopping = False
        self.alive_read, self.alive_write = os.pipe()  # closes when we die, however we die

    async def start(self) -> None:
        for service in self.sockets:
            self.keepers.append(asyncio.create_task(self._keep(service)))

    async def wait(self) -> None:
        await asyncio.gather(*self.keepers)

    async def stop(self) -> None:
        self.stopping = True
        for process in self.processes.values():
            if process.returncode is None:
                process.terminate()
        waiting = [process.wait() for process in self.processes.values()]
        try:
            await asyncio.wait_for(asyncio.gather(*waiting), GRACE_SECONDS + 5)
        except TimeoutError:
            for process in self.processes.values():
                if process.returncode is None:
                    process.kill()
        for keeper in self.keepers:
            keeper.cancel()
        await asyncio.gather(*self.keepers, return_exceptions=True)
        for one in self.sockets.values():
            one.close()
        os.close(self.alive_read)
        os.close(self.alive_write)

    async def _keep(self, service: Service) -> None:
        """Run the service's process again and again, with longer waits while it keeps dying."""
        wait = FIRST_WAIT
        while not self._is_over():
            began = time.monotonic()
            process = await self._run(service)
            self.processes[service] = process
            code = await process.wait()
            if self._is_over():
                return
            if time.monotonic() - began > GOOD_AFTER:
                wait = FIRST_WAIT
            say(bad(f"{service.folder} ended with {code}; it starts again in {wait:g} s"))
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT, wait * 2)

    def _is_over(self) -> bool:
        return self.stopping

    async def _run(self, service: Service) -> asyncio.subprocess.Process:
        listening = self.sockets[service].fileno()
        words = ["serve", service.folder, str(listening), str(self.alive_read)]
        return await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", "suite", *words,
            pass_fds=[listening, self.alive_read],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )  # fmt: skip
