"""Client credentials as RFC 6749 says."""

from base64 import b64encode
from urllib.parse import quote_plus

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.accounts import ClientNew
from tests.factories.accounts import a_program, an_owner, as_service, as_stranger, caller_of
from tests.wiring import http

GRANT = {"grant_type": "client_credentials"}


async def ask(app: FastAPI, *basic: str, **form: str) -> httpx.Response:
    headers = {}
    if basic:
        pair = ":".join(map(quote_plus, basic)).encode()
        headers["Authorization"] = f"Basic {b64encode(pair).decode()}"
    async with http(app) as client:
        return await client.post("/oauth/token", data=form, headers=headers)


async def test_a_program_gets_a_token_by_the_header_or_by_the_form(app: FastAPI) -> None:
    made = await a_program(app)
    by_header = await ask(app, str(made.id), made.secret, **GRANT)
    by_form = await ask(app, client_id=str(made.id), client_secret=made.secret, **GRANT)
    for answer in (by_header, by_form):
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "no-store"
        body = answer.json()
        assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
        assert body["scope"] == "films:read tokens:mint"
        caller = await app.state.keys.caller(body["access_token"])
        assert (caller.kind, caller.name) == ("client", "Sahel TV")
        assert caller.scopes == {"films:read", "tokens:mint"}


async def test_a_token_may_have_fewer_scopes_but_not_others(app: FastAPI) -> None:
    made = await a_program(app)
    fewer = await ask(app, str(made.id), made.secret, **GRANT, scope="films:read")
    assert fewer.json()["scope"] == "films:read"
    more = await ask(app, str(made.id), made.secret, **GRANT, scope="films:read films:write")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"scope": "films:read"}, 401, "invalid_client"),
        ({"client_id": "x", "client_secret": "y"}, 400, "invalid_request"),
        ({"grant_type": "password", "client_id": "x", "client_secret": "y"}, 400,
         "unsupported_grant_type"),
        ({**GRANT, "client_id": "x", "client_secret": "y"}, 401, "invalid_client"),
        ({**GRANT, "client_id": "x\x00", "client_secret": ""}, 401, "invalid_client"),
    ],
)  # fmt: skip
async def test_refusals_speak_the_standard(
    app: FastAPI, form: dict[str, str], status: int, error: str
) -> None:
    answer = await ask(app, **form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"].startswith("application/json")


async def test_a_wrong_secret_in_the_header_is_answered_with_the_scheme(app: FastAPI) -> None:
    made = await a_program(app)
    answer = await ask(app, str(made.id), "wrong", **GRANT)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic ")


async def test_two_ways_at_once_and_doubled_parameters_are_refused(app: FastAPI) -> None:
    made = await a_program(app)
    both = await ask(app, str(made.id), made.secret, **GRANT, client_secret=made.secret)
    assert both.json()["error"] == "invalid_request"
    async with http(app) as client:
        doubled = await client.post(
            "/oauth/token",
            content="grant_type=client_credentials&grant_type=client_credentials",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        as_json = await client.post("/oauth/token", json=GRANT)
    assert doubled.json()["error"] == as_json.json()["error"] == "invalid_request"


async def test_a_revoked_program_gets_no_token_and_is_listed_no_more(app: FastAPI) -> None:
    made = await a_program(app)
    await as_service(app).revoke_client(made.id)
    answer = await ask(app, str(made.id), made.secret, **GRANT)
    assert answer.json()["error"] == "invalid_client"
    assert (await as_service(app).clients()).items == []


async def test_the_secret_is_shown_once_and_its_use_is_seen(app: FastAPI) -> None:
    owner = await an_owner(app)
    admin = as_stranger(app).acting(owner.access_token)
    made = await admin.create_client(ClientNew(name="Sahel TV", scopes=("films:read",)))
    await ask(app, str(made.id), made.secret, **GRANT)
    (listed,) = (await admin.clients()).items
    assert listed.last_used_at is not None
    assert made.secret not in listed.model_dump_json()
    assert "owner" in (await caller_of(app, owner)).roles
