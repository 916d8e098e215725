"""`./karangou up`: ports, engines, databases, services; then addresses, until Ctrl-C."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from suite import databases, ports
from suite.alone import stop_event
from suite.engines.both import Engines
from suite.environment import Place
from suite.errors import Stop
from suite.isolated import Isolated
from suite.logs import write_to
from suite.people import first_admin_link
from suite.readiness import Waiter
from suite.services import Service
from suite.serving import Together
from suite.terminal import faint, good, say, strong

Then = Callable[[Place], Awaitable[None]]


@dataclass(frozen=True)
class Wish:
    """What was asked of `up`; `then` runs once everything is ready."""

    services: Sequence[Service]
    is_isolated: bool = False
    then: Then | None = None


async def up(place: Place, wish: Wish) -> None:
    """Run until told to stop; leave nothing half-started."""
    done = stop_event()
    log = write_to(place.data / "log", "karangou", place.variables.get("LOG_LEVEL", "INFO"))
    say(f"{strong('Karangou')}  {faint(f'data: {place.data}  log: {log}')}")
    sockets = ports.take(place, wish.services)
    engines = Engines(place.data)
    try:
        await _unless(done, _run(place, wish, sockets, engines))
    finally:
        for one in sockets.values():
            one.close()
        await asyncio.to_thread(engines.stop)
        say(faint("Stopped."))


async def _run(
    place: Place, wish: Wish, sockets: Mapping[Service, socket.socket], engines: Engines
) -> None:
    if databases.are_ours(place, wish.services):
        adopted = await asyncio.to_thread(engines.start)
        state = good("found alive" if adopted else "ready")
        say(f"  {'engines':<20}{'PostgreSQL and Valkey':<24}{state}")
    await databases.prepare(place, wish.services)
    running = Isolated(sockets) if wish.is_isolated else Together(sockets)
    began = time.monotonic()
    try:
        await running.start()
        await Waiter(place, began).report(wish.services)
        await _welcome(place, wish)
        await running.wait()
    finally:
        say(faint("Stopping: what was begun is finished first …"))
        await running.stop()


async def _welcome(place: Place, wish: Wish) -> None:
    folders = {service.folder: service for service in wish.services}
    say()
    if "public_interface" in folders:
        say(f"  Portal     {strong(place.variables['PORTAL_PUBLIC_URL'])}")
    if "admin_interface" in folders:
        say(f"  Dashboard  {strong(place.variables['DASHBOARD_PUBLIC_URL'])}")
    if "accounts_service" in folders:
        link = await first_admin_link(place, folders["accounts_service"])
        if link:
            say(f"  Create the first admin (this link works once):\n  {strong(link)}")
    say(faint("  Ctrl-C stops everything.") + "\n")
    if wish.then is not None:
        await wish.then(place)


async def _unless(done: asyncio.Event, work: Awaitable[None]) -> None:
    """Await `work` until `done` is set; then cancel it, and wait until it has cleaned up."""
    working = asyncio.ensure_future(work)
    waiting = asyncio.create_task(done.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not working.done():
        working.cancel()
    waiting.cancel()
    try:
        await working
    except asyncio.CancelledError:
        return
    if not done.is_set():
        raise Stop("Every service has ended.")
