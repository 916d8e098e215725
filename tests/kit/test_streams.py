"""Answers that go on: they end with their source, and when the service is asked to stop."""

import asyncio
from collections.abc import AsyncIterator

import anyio
from fastapi import FastAPI

from kit.streams import until_stopped


def an_app() -> FastAPI:
    app = FastAPI()
    app.state.stopping = asyncio.Event()
    return app


async def test_a_stream_ends_with_its_source() -> None:
    async def three() -> AsyncIterator[bytes]:
        for each in (b"1", b"2", b"3"):
            yield each

    assert [piece async for piece in until_stopped(an_app(), three())] == [b"1", b"2", b"3"]


async def test_a_waiting_stream_ends_when_the_service_stops() -> None:
    closed = asyncio.Event()

    async def silent() -> AsyncIterator[bytes]:
        try:
            yield b"hello"
            await asyncio.Event().wait()
        finally:
            closed.set()

    app = an_app()
    stream = until_stopped(app, silent())
    assert await anext(stream) == b"hello"
    following = asyncio.ensure_future(anext(stream, None))
    app.state.stopping.set()
    async with asyncio.timeout(5):
        assert await following is None
    assert closed.is_set()


async def test_a_listener_who_leaves_lets_go_of_the_source() -> None:
    waits, closed = asyncio.Event(), asyncio.Event()

    async def silent() -> AsyncIterator[bytes]:
        try:
            waits.set()
            await asyncio.Event().wait()
            yield b"never"
        finally:
            await asyncio.sleep(0)  # closing may take its time
            closed.set()

    async def listen() -> None:
        async for _ in until_stopped(an_app(), silent()):
            pass

    async with anyio.create_task_group() as listeners:
        listeners.start_soon(listen)
        await waits.wait()
        listeners.cancel_scope.cancel()
    assert closed.is_set()
