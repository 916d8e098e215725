"""One service in a process of its own: for `--isolated`, and for workers without HTTP."""

import asyncio
import os
import signal
import socket

import uvloop

from suite.environment import Place
from suite.logs import write_to
from suite.services import Service
from suite.serving import Together, make_app


def serve(place: Place, service: Service, listening: int, alive: int) -> None:
    """Serve on an inherited socket until told to stop, or until the launcher is gone."""
    write_to(place.data / "log", service.folder, place.variables.get("LOG_LEVEL", "INFO"))
    uvloop.run(_serve(service, socket.socket(fileno=listening), alive))


async def _serve(service: Service, listening: socket.socket, alive: int) -> None:
    done = stop_event()
    asyncio.get_running_loop().add_reader(alive, _launcher_gone, alive, done)
    await serve_until(done, service, listening)


async def serve_until(done: asyncio.Event, service: Service, listening: socket.socket) -> None:
    """Serve on that socket; when `done`, finish what was begun."""
    running = Together({service: listening})
    try:
        await running.start()
        await done.wait()
    finally:
        await running.stop()


def work(place: Place, service: Service) -> None:
    """Run a service's background tasks, without its HTTP, until told to stop."""
    write_to(
        place.data / "log", f"{service.folder}-worker", place.variables.get("LOG_LEVEL", "INFO")
    )
    uvloop.run(_work(service))


async def _work(service: Service) -> None:
    done = stop_event()
    app = make_app(service)
    async with app.router.lifespan_context(app):
        await done.wait()


def stop_event() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set."""
    done = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, done.set)
    return done


def _launcher_gone(alive: int, done: asyncio.Event) -> None:
    asyncio.get_running_loop().remove_reader(alive)
    os.close(alive)
    done.set()
