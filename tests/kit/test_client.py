"""Calls between services: retries for what may be repeated, and a breaker."""

from collections.abc import Callable

import httpx
import pytest

from kit.breaker import Breaker
from kit.client import ServiceClient
from kit.errors import Forbidden, NotFound, Unavailable
from kit.schema import Schema


class Answer(Schema):
    ok: bool


class Wire:
    """A network that answers with what it is told, and counts."""

    def __init__(self, *answers: int) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status = self.answers.pop(0) if self.answers else 200
        if status == 0:
            raise httpx.ConnectError("refused", request=request)
        return httpx.Response(status, json={"ok": True})


def client(wire: Callable[[httpx.Request], httpx.Response]) -> ServiceClient:
    transport = httpx.MockTransport(wire)
    return ServiceClient(httpx.AsyncClient(transport=transport, base_url="http://there"))


@pytest.mark.parametrize("status", [0, 502, 503, 504])
async def test_a_read_is_tried_again(status: int) -> None:
    wire = Wire(status)
    assert (await client(wire).get("/things", Answer)).ok
    assert len(wire.requests) == 2


async def test_a_write_is_tried_again_only_under_a_key() -> None:
    wire = Wire(0)
    with pytest.raises(Unavailable):
        await client(wire).post("/things", Answer(ok=True), Answer)
    assert len(wire.requests) == 1

    wire = Wire(0)
    await client(wire).post("/things", Answer(ok=True), Answer, key="once")
    assert [request.headers["Idempotency-Key"] for request in wire.requests] == ["once"] * 2


async def test_an_address_that_cannot_be_is_not_found() -> None:
    wire = Wire(200)
    with pytest.raises(NotFound, match="nothing at this address"):
        await client(wire).get("/things/\x00", Answer)
    assert wire.requests == []


async def test_an_error_that_is_not_ours_keeps_its_status() -> None:
    with pytest.raises(Forbidden):
        await client(Wire(403)).get("/things", Answer)


async def test_a_service_that_keeps_failing_is_left_alone() -> None:
    wire = Wire(*[0] * 50)
    caller = client(wire)
    for _ in range(5):
        with pytest.raises(Unavailable):
            await caller.get("/things", Answer)
    assert len(wire.requests) == 5


def test_a_breaker_lets_one_call_through_after_its_rest() -> None:
    breaker = Breaker(limit=1, rest=0)
    breaker.note(good=False)
    breaker.check()
    breaker.note(good=True)
    assert breaker.failures == 0


async def test_a_person_is_passed_on() -> None:
    wire = Wire()
    await client(wire).acting("her-token").get("/things", Answer)
    assert wire.requests[0].headers["Authorization"] == "Bearer her-token"


async def test_a_viewer_is_named_where_a_service_asks_for_them() -> None:
    wire = Wire()
    asked = client(wire)
    await asked.viewed_from("198.51.100.7").get("/things", Answer)
    await asked.get("/things", Answer)
    named = [request.headers.get("X-Viewer-Address") for request in wire.requests]
    assert named == ["198.51.100.7", None]
