"""Answers that go on for as long as somebody listens, and end when the service does."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress

from fastapi import FastAPI


async def until_stopped(app: FastAPI, pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield the pieces until there are no more, or the service is asked to stop."""
    stopped = asyncio.create_task(app.state.stopping.wait())
    try:
        while True:
            following = asyncio.ensure_future(anext(pieces))
            await asyncio.wait({stopped, following}, return_when=asyncio.FIRST_COMPLETED)
            if not following.done():
                following.cancel()
                with suppress(asyncio.CancelledError, StopAsyncIteration):
                    await following
                return
            with suppress(StopAsyncIteration):
                yield following.result()
                continue
            return
    finally:
        stopped.cancel()
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()
