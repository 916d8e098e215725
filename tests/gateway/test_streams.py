"""Jobs live: server-sent events over a real socket, resumed where they broke off."""

import asyncio
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from uuid import uuid4

import orjson
import pytest
import uvicorn

from gateway.actions.pipelines import Pipelines
from gateway.app import create_app
from gateway.endpoints import streams
from kit.client import Signer, open_http
from kit.contracts.gateway import GatewayClient, JobNotFound
from kit.errors import Unauthenticated
from kit.jobs import Later
from tests.gateway.plays import announced


@pytest.fixture
async def client(settings, play) -> AsyncIterator[GatewayClient]:
    """Speak to a gateway on a port of its own: only a socket lets an answer come in pieces."""
    listening = socket.create_server(("127.0.0.1", 0))
    app = create_app(settings, pipelines=Pipelines(play.pipeline()))
    config = uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve([listening]))
    async with asyncio.timeout(30):
        while not server.started:  # noqa: ASYNC110  (uvicorn has no event for it)
            await asyncio.sleep(0.01)
    secret = settings.suite_secret.get_secret_value()
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    found = GatewayClient(open_http(url), Signer(secret, "admin_interface", "gateway"))
    yield found
    await found.close()
    server.should_exit = True
    await serving


async def events(stream: AsyncIterator[bytes]) -> AsyncGenerator[dict[str, str]]:
    """Yield the events of a stream, comments as `{"": text}`."""
    text = ""
    async for piece in stream:
        text += piece.decode()
        while "\n\n" in text:
            block, text = text.split("\n\n", 1)
            yield dict(line.split(": ", 1) for line in block.split("\n"))


async def until_state(found: AsyncIterator[dict[str, str]], state: str) -> list[dict[str, str]]:
    """Collect events until a job is in that state."""
    seen = []
    async with asyncio.timeout(30):
        async for event in found:
            seen.append(event)
            if "data" in event and orjson.loads(event["data"])["state"] == state:
                return seen
    raise AssertionError(f"the stream ended before a job was {state}")


async def test_every_change_of_every_job_is_told(client):
    found = events(client.stream())
    assert await anext(found) == {"retry": "2000"}
    (job_id,) = (await client.tell(announced())).job_ids
    last = (await until_state(found, "done"))[-1]
    told = orjson.loads(last["data"])
    assert (last["event"], told["id"], told["progress"]) == ("job", str(job_id), 100)
    await found.aclose()


async def test_a_stream_goes_on_where_it_broke_off(client):
    found = events(client.stream())
    await anext(found)
    await client.tell(announced("One"))
    last = (await until_state(found, "done"))[-1]
    await found.aclose()
    (missed,) = (await client.tell(announced("Two"))).job_ids
    again = events(client.stream(last_event_id=last["id"]))
    seen = await until_state(again, "done")
    while str(missed) not in {orjson.loads(one["data"])["id"] for one in seen if "data" in one}:
        seen += await until_state(again, "done")
    await again.aclose()


async def test_one_job_is_told_with_its_steps_and_log(client, play):
    async def come_back(context):
        context.say("half way")
        context.progress = 50
        raise Later(3600)

    play.acts["second"] = come_back
    (job_id,) = (await client.tell(announced())).job_ids
    told = {}
    async with asyncio.timeout(30):
        async for event in events(client.stream(job_id)):
            told = orjson.loads(event.get("data", '{"logs": []}'))
            if told["logs"]:
                break
    assert [step["state"] for step in told["steps"]] == ["done", "processing", "queued"]
    assert (told["steps"][1]["progress"], told["logs"][0]["text"]) == (50, "half way")


async def test_a_silent_stream_says_that_it_is_still_there(client, monkeypatch):
    monkeypatch.setattr(streams, "SILENCE_SECONDS", 0.05)
    found = events(client.stream())
    await anext(found)
    assert await anext(found) == {"": "still here"}
    await found.aclose()


async def test_a_stream_ends_in_time_and_lets_go_of_its_connection(client, monkeypatch):
    monkeypatch.setattr(streams, "SILENCE_SECONDS", 0.05)
    monkeypatch.setattr(streams, "LONGEST_SECONDS", 0.1)
    async with asyncio.timeout(20):
        seen = [event async for event in events(client.stream())]
    assert seen[0] == {"retry": "2000"}


async def test_streams_ask_for_permission_and_a_job_that_is_there(client):
    stranger = GatewayClient(open_http(str(client.http.base_url)))
    with pytest.raises(Unauthenticated):
        await anext(stranger.stream())
    await stranger.close()
    with pytest.raises(JobNotFound):
        await anext(client.stream(uuid4()))
