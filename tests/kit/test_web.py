"""What every service gets from kit.web: answers, limits, permissions, transactions."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit.client import Signer
from kit.errors import Invalid, Unauthenticated
from tests.conftest import DatabaseUrl, Start
from tests.kit.hello import (
    GhostNotFound,
    Greeting,
    HelloClient,
    HouseFull,
    Settings,
    create_app,
)
from tests.wiring import http


@pytest.fixture
def settings(database_url: DatabaseUrl, valkey_url: str) -> Settings:
    return Settings(environment="test", database_url=database_url(), valkey_url=valkey_url)


@pytest.fixture
async def app(settings: Settings, start: Start) -> FastAPI:
    app = await start(create_app(settings))
    async with app.state.database.engine.begin() as connection:
        await connection.execute(
            text("CREATE TABLE row (name text UNIQUE DEFERRABLE INITIALLY DEFERRED)")
        )
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[HelloClient]:
    client = HelloClient(http(app))
    yield client
    await client.close()


def signed(client: HelloClient, settings: Settings, audience: str = "hello_service") -> HelloClient:
    secret = settings.suite_secret.get_secret_value()
    return HelloClient(client.http, Signer(secret, "portal", audience))


async def test_an_error_crosses_the_wire_by_name(client: HelloClient) -> None:
    with pytest.raises(GhostNotFound, match="Nobody of that name"):
        await client.get("/greetings/ghost", Greeting)
    with pytest.raises(HouseFull) as caught:
        await client.post("/greetings", Greeting(text="full"), Greeting)
    assert caught.value.extra == {"seats": 0}


async def test_a_bug_is_answered_without_its_details(app: FastAPI) -> None:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hello") as browser:
        answer = await browser.get("/greetings/bug", headers={"X-Request-Id": "request-1234"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == "request-1234"
    assert "bug" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("path", ["/greetings/bob", "/greetings/ghost", "/nowhere", "/health"])
async def test_every_answer_carries_its_id_and_strict_headers(
    client: HelloClient, path: str
) -> None:
    headers = (await client.http.get(path)).headers
    assert len(headers["x-request-id"]) == 32
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


async def test_a_strange_request_id_is_replaced(client: HelloClient) -> None:
    answer = await client.http.get("/health", headers={"X-Request-Id": "two\tlines and more"})
    assert answer.headers["x-request-id"] != "two\tlines and more"


async def test_a_body_over_the_limit_is_refused(client: HelloClient) -> None:
    answer = await client.http.post("/greetings", content=b"x" * 1001)
    assert (answer.status_code, answer.json()["error"]) == (413, "TooLarge")

    async def drip() -> AsyncIterator[bytes]:
        for _ in range(11):
            yield b"x" * 100

    answer = await client.http.post("/greetings", content=drip())
    assert answer.status_code == 413


async def test_wrong_values_are_named(client: HelloClient) -> None:
    answer = await client.http.post("/greetings", json={"text": "a", "times": False})
    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == ["body.times"]


async def test_an_address_may_pass_so_often_and_no_more(client: HelloClient) -> None:
    codes = [(await client.http.get("/limited")).status_code for _ in range(3)]
    assert codes == [200, 200, 429]


async def test_a_service_says_whose_address_it_speaks_for(
    client: HelloClient, settings: Settings
) -> None:
    portal = signed(client, settings)
    for number in range(4):
        headers = {"X-Viewer-Address": f"10.0.0.{number}"}
        answer = await portal.send("GET", "/limited", headers=headers)
        assert answer.json()["text"] == f"10.0.0.{number}"
    stranger = await client.http.get("/limited", headers={"X-Viewer-Address": "10.9.9.9"})
    assert stranger.json()["text"] == "127.0.0.1"


async def test_a_permission_is_asked_for(client: HelloClient, settings: Settings) -> None:
    assert (await client.http.get("/private")).status_code == 401
    with pytest.raises(Unauthenticated):
        await signed(client, settings, audience="another_service").get("/private", Greeting)
    answer = await signed(client, settings).get("/private", Greeting)
    assert answer.text == "service portal "


async def test_a_handler_is_told_who_asks(client: HelloClient, settings: Settings) -> None:
    portal = signed(client, settings)
    assert (await client.get("/who/1", Greeting)).text == "1 anonymous "
    assert (await portal.get("/who/2", Greeting)).text == "2 service portal"
    assert (await portal.get("/where/3", Greeting)).text == "3 service /where/3 portal"
    with pytest.raises(Unauthenticated):
        await signed(client, settings, audience="another_service").get("/who/4", Greeting)


async def test_a_wrong_input_is_told_before_a_wrong_token(
    client: HelloClient, settings: Settings
) -> None:
    with pytest.raises(Invalid):
        await signed(client, settings, audience="another_service").get("/who/x", Greeting)


async def test_the_commit_comes_before_the_answer(client: HelloClient) -> None:
    first = await client.http.post("/rows", json={"text": "a"})
    second = await client.http.post("/rows", json={"text": "a"})
    assert (first.status_code, second.status_code) == (200, 409)
    assert (await client.http.get("/rows")).json() == ["a"]


async def test_what_cannot_be_stored_is_refused_in_words(client: HelloClient) -> None:
    answer = await client.http.post("/rows", json={"text": "nul \x00"})
    assert (answer.status_code, answer.json()["error"]) == (422, "Invalid")


async def test_readiness_names_each_dependency(client: HelloClient) -> None:
    ready = (await client.http.get("/ready")).json()
    assert ready["status"] == "ok"
    assert ready["checks"]["postgresql"]["ok"]
    assert ready["checks"]["postgresql"]["latency_ms"] > 0


async def test_a_dead_database_makes_it_unready_and_says_so(start: Start) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    app = await start(create_app(Settings(environment="test", database_url=nowhere)))
    async with http(app) as browser:
        ready = await browser.get("/ready")
        assert ready.status_code == 503
        assert not ready.json()["checks"]["postgresql"]["ok"]
        assert (await browser.get("/health")).status_code == 200
        answer = await browser.get("/rows")
    assert (answer.status_code, answer.json()["error"]) == (503, "Unavailable")


async def test_metrics_count_requests_by_route(client: HelloClient) -> None:
    await asyncio.gather(*(client.http.get(f"/greetings/{name}") for name in "abc"))
    text_ = (await client.http.get("/metrics")).text
    assert (
        'http_requests_total{method="GET",route="/greetings/{name}",'
        'service="hello_service",status="200"} 3.0' in text_
    )
    assert "database_connections_used" in text_


def test_the_document_says_which_operations_read_a_token(settings: Settings) -> None:
    app = create_app(settings)
    document = app.openapi()
    assert app.openapi() is document
    assert document["components"]["securitySchemes"]["HTTPBearer"]["scheme"] == "bearer"
    asked = {path: found["get"].get("security") for path, found in document["paths"].items()
             if "get" in found}  # fmt: skip
    asking = ("/private", "/limited", "/who/{asked}", "/where/{asked}")
    assert all(asked[path] == [{"HTTPBearer": []}] for path in asking)
    assert asked["/greetings/{name}"] is None
