"""Notices live: told as they come, over a real socket, to their person only."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator

import pytest
import uvicorn

from kit.client import Signer, open_http
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import NoticeEvent
from kit.errors import Unauthenticated
from publisher_service.app import create_app
from tests.cast import ALICE, BOB
from tests.factories.catalog import access_token
from tests.factories.publisher import a_piece_of_news
from tests.wiring import http


@pytest.fixture
async def served(settings, accounts_app) -> AsyncIterator[tuple[PublisherClient, PublisherClient]]:
    """Serve on a port of its own; give a service's client and Alice's."""
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
    service = PublisherClient(open_http(url), Signer(secret, "gateway", "publisher_service"))
    yield service, service.acting(access_token(app, sub=str(ALICE), roles=[]))
    await service.close()
    server.should_exit = True
    await serving


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


async def test_strangers_have_no_stream(served):
    service, _ = served
    with pytest.raises(Unauthenticated):
        await anext(PublisherClient(service.http).notice_stream())
