"""A simulator that stops keeps no connection open, however far it had come to accept it."""

import asyncio
import gc
import socket
from contextlib import suppress

import pytest
from aiohttp import web

from tests.fakes.serving import Serving


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("turns", range(6))
async def test_who_comes_as_it_stops_is_let_in_or_turned_away(turns: int) -> None:
    serving = await Serving.of(web.Application())
    with socket.create_connection(("127.0.0.1", serving.port)) as caller:
        for _ in range(turns):
            await asyncio.sleep(0)
        await serving.stop()
        await serving.stop()
        caller.settimeout(5)
        with suppress(ConnectionResetError):
            assert caller.recv(1) == b""
    gc.collect()
