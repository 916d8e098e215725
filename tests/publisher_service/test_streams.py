"""Notices live: told as they come, over a real socket, to their person only."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
import uvicorn
from fastapi import FastAPI

from kit.client import Signer, open_http
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import NoticeEvent
from kit.db import new_id
from kit.errors import Unauthenticated
from publisher_service.app import create_app
from tests.cast import ALICE, BOB
from tests.factories.catalog import access_token
from tests.factories.publisher import a_piece_of_news
from tests.kit.queueing import until
from tests.wiring import http

MANY = 200


@pytest.fixture
async def running(settings, accounts_app) -> AsyncIterator[tuple[FastAPI, PublisherClient]]:
    """Serve on a port of its own; give the app, and a service's client."""
    listening = socket.create_server(("127.0.0.1", 0))
    secret = settings.suite_secret.get_secret_value()
    signer = Signer(secret, "publisher_service", "accounts_service")
    app = create_app(settings, AccountsClient(http(accounts_app), signer))
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    async with asyncio.timeout(30):
        while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
            await asyncio.sleep(0.01)
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    signer = Signer(secret, "gateway", "publisher_service")
    service = PublisherClient(open_http(url), signer, open_http(url, most=0))
    yield app, service
    await service.close()
    server.should_exit = True
    await serving


@pytest.fixture
def served(running) -> tuple[PublisherClient, PublisherClient]:
    """Give a service's client and Alice's."""
    app, service = running
    return service, service.acting(access_token(app, sub=str(ALICE), roles=[]))


async def told(stream: AsyncIterator[bytes]) -> AsyncGenerator[NoticeEvent]:
    """Yield what a stream says."""
    text = ""
    async for piece in stream:
        text += piece.decode()
        while "\n\n" in text:
            block, text = text.split("\n\n", 1)
            for line in block.split("\n"):
                if line.startswith("data: "):
                    yield NoticeEvent.model_validate_json(line.removeprefix("data: "))


async def test_a_stream_tells_its_person_what_comes_and_what_was_read(served):
    service, alice = served
    await service.notify(a_piece_of_news(ALICE, "Timpi"))
    stream = told(alice.notice_stream("en"))
    async with asyncio.timeout(20):
        first = await anext(stream)
        await service.notify(a_piece_of_news(BOB))
        await service.notify(new := a_piece_of_news(ALICE))
        second = await anext(stream)
        await alice.read_notice(new.id)
        third = await anext(stream)
    await stream.aclose()
    assert (first.unread, first.notice) == (1, None)
    assert second.unread == 2
    assert second.notice is not None
    assert second.notice.title == "Sira is online"
    assert (third.unread, third.notice) == (1, None)


async def test_of_many_who_listen_only_whom_it_is_for_is_told_and_nothing_is_left_of_them(running):
    app, service = running
    people = [new_id() for _ in range(MANY)]
    tokens = [access_token(app, sub=str(one), roles=[]) for one in people]
    streams = [told(service.acting(one).notice_stream("en")) for one in tokens]
    async with asyncio.timeout(60):
        await asyncio.gather(*(anext(one) for one in streams))
        assert app.state.database.engine.pool.checkedout() == 0
        following = [asyncio.create_task(anext(one)) for one in streams]
        await service.notify(a_piece_of_news(people[7]))
        assert (await following[7]).unread == 1
        assert [one for one in following if one.done()] == [following[7]]
        for one in following:
            one.cancel()
        await asyncio.gather(*following, return_exceptions=True)
        await asyncio.gather(*(one.aclose() for one in streams))
        await until(lambda: not app.state.hub.listeners)
    assert app.state.hub.running == []  # nor the connection that listened for them


async def test_strangers_have_no_stream(served):
    service, _ = served
    with pytest.raises(Unauthenticated):
        await anext(PublisherClient(service.http).notice_stream())
