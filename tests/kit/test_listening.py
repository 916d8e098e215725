"""Those who listen are many and stay long: they stand in nobody's way."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kit.errors import Unauthenticated
from kit.listening import ListeningClient
from kit.settings import ServiceSettings

LISTENERS = 150  # more than the connections that calls share


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Serve `/stream`, which says one thing and goes on; `/cut`, which ends in the middle;
    `/secret`, refused; and anything else.
    """

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1]
        if path in {b"/stream", b"/cut"}:
            writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n")
            if path == b"/stream":
                await reader.read()
        else:
            status = b"401 No" if path == b"/secret" else b"200 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.fixture
async def client(url: str) -> AsyncIterator[ListeningClient]:
    made = ListeningClient.at(ServiceSettings(), url)
    yield made
    await made.close()


async def test_a_call_does_not_wait_behind_those_who_listen(client: ListeningClient) -> None:
    streams = [client.acting("token").listen("/stream") for _ in range(LISTENERS)]
    async with asyncio.timeout(10):
        said = await asyncio.gather(*(anext(one) for one in streams))
        await client.get("/anything")
    assert said == [b"hi"] * LISTENERS


async def test_a_stream_that_is_refused_says_why(client: ListeningClient) -> None:
    with pytest.raises(Unauthenticated):
        await anext(client.listen("/secret"))


async def test_a_stream_whose_service_is_killed_ends(client: ListeningClient) -> None:
    assert [piece async for piece in client.listen("/cut")] == [b"hi"]
