"""Answers that go on for as long as somebody listens, and end when the service does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import anyio
from fastapi import FastAPI


async def until_stopped(app: FastAPI, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield the pieces until there are no more, or the service is asked to stop.

    However it ends, also when the listener is gone, `pieces` is closed.
    """
    stopped = asyncio.create_task(app.state.stopping.wait())
    following = asyncio.ensure_future(anext(pieces))
    try:
        while True:
            await asyncio.wait({stopped, following}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                return
            try:
                piece = following.result()
            except StopAsyncIteration:
                return
            yield piece
            following = asyncio.ensure_future(anext(pieces))
    finally:
        stopped.cancel()
        following.cancel()
        with anyio.CancelScope(shield=True):  # a listener who left is no reason to leave it open
            await asyncio.wait({following})
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()
