"""The ladder of every door: anonymous, stranger, a program without the scope, admin."""

from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError

from accounts_service.models.programs import AuditEntry
from kit.contracts.accounts import SignIn
from tests.factories.accounts import (
    PASSWORD,
    a_program,
    a_viewer,
    an_admin,
    an_owner,
    as_service,
    as_stranger,
)
from tests.wiring import http

Door = tuple[str, str, dict[str, Any] | None, int]
NOBODY = UUID(int=0)
ENTRY = {
    "id": str(uuid4()),
    "at": "2026-01-01T12:00:00Z",
    "service": "gateway",
    "actor_kind": "service",
    "action": "job.retried",
}
# method, path, body, what an admin gets
ADMIN_DOORS: list[Door] = [
    ("GET", "/accounts", None, 200),
    ("PATCH", f"/accounts/{NOBODY}", {"name": "x"}, 404),
    ("GET", "/clients", None, 200),
    ("POST", "/clients", {"name": "x", "scopes": ["films:read"]}, 201),
    ("POST", "/signing-keys", {}, 201),
    ("GET", "/audit", None, 200),
    ("POST", "/audit", ENTRY, 403),
    ("POST", "/setup-links", {"email": "eve@example.org"}, 201),
]
OWN_DOORS = [("GET", "/me", None, 200), ("DELETE", "/sessions/current", None, 204),
             ("DELETE", "/sessions", None, 204)]  # fmt: skip


async def knock(app: FastAPI, door: Door, token: str = "") -> httpx.Response:
    method, path, body, _ = door
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with http(app) as client:
        return await client.request(method, path, json=body, headers=headers)


async def a_programs_token(app: FastAPI, scope: str) -> str:
    made = await a_program(app, scope)
    async with http(app) as client:
        form = {"grant_type": "client_credentials"}
        answer = await client.post("/oauth/token", data=form, auth=(str(made.id), made.secret))
    return str(answer.json()["access_token"])


@pytest.mark.parametrize("door", ADMIN_DOORS, ids=lambda door: f"{door[0]} {door[1]}")
async def test_an_admins_door(app: FastAPI, door: Door) -> None:
    await an_owner(app)
    viewer, admin = await a_viewer(app), await an_admin(app)
    program = await a_programs_token(app, "films:read")
    assert (await knock(app, door)).status_code == 401
    assert (await knock(app, door, "forged.token.here")).status_code == 401
    assert (await knock(app, door, viewer.access_token)).status_code == 403
    assert (await knock(app, door, program)).status_code == 403
    assert (await knock(app, door, admin.access_token)).status_code == door[3]


@pytest.mark.parametrize("door", OWN_DOORS, ids=lambda door: f"{door[0]} {door[1]}")
async def test_ones_own_door(app: FastAPI, door: Door) -> None:
    viewer = await a_viewer(app)
    program = await a_programs_token(app, "people:write")
    assert (await knock(app, door)).status_code == 401
    assert (await knock(app, door, program)).status_code == 403
    assert (await knock(app, door, viewer.access_token)).status_code == door[3]


async def test_a_suspended_admins_token_opens_nothing_here(app: FastAPI) -> None:
    await an_owner(app)
    admin = await an_admin(app)
    async with http(app) as client:
        await client.delete("/sessions", headers={"Authorization": f"Bearer {admin.access_token}"})
    for door in ADMIN_DOORS:
        assert (await knock(app, door, admin.access_token)).status_code == 401, door


async def test_the_first_owner_is_made_by_a_link_and_signs_in(app: FastAPI) -> None:
    made = await an_owner(app)
    assert made.account.roles == ("owner",)
    again = await as_stranger(app).sign_in(SignIn(email="DANA@example.org", password=PASSWORD))
    me = await as_stranger(app).acting(again.access_token).me()
    assert me.id == made.account.id


async def test_tokens_are_never_cached_and_keys_are(app: FastAPI) -> None:
    await an_owner(app)
    async with http(app) as client:
        body = {"email": "dana@example.org", "password": PASSWORD}
        signed_in = await client.post("/sessions", json=body)
        keys = await client.get("/.well-known/jwks.json")
        again = await client.get(
            "/.well-known/jwks.json", headers={"If-None-Match": keys.headers["etag"]}
        )
    assert signed_in.headers["cache-control"] == "no-store"
    assert keys.headers["cache-control"] == "public, max-age=300"
    assert again.status_code == 304


async def test_no_answer_shows_a_hash_or_a_seed(app: FastAPI) -> None:
    owner = await an_owner(app)
    door: Door = ("GET", "/accounts", None, 200)
    answer = await knock(app, door, owner.access_token)
    assert set(answer.json()["items"][0]) == {
        "id", "email", "name", "roles", "state", "created_at", "last_sign_in_at",
        "email_verified_at",
    }  # fmt: skip


@pytest.mark.parametrize("attack", ["update", "delete", "truncate"])
async def test_the_log_cannot_be_changed_even_with_sql(app: FastAPI, attack: str) -> None:
    await an_owner(app)
    statements: dict[str, object] = {
        "update": update(AuditEntry).values(actor_name="nobody"),
        "delete": delete(AuditEntry),
        "truncate": text("TRUNCATE audit_entry"),
    }
    with pytest.raises(DBAPIError, match="only ever added to"):
        async with app.state.database.sessions.begin() as session:
            await session.execute(statements[attack])
    assert (await as_service(app).audit()).items


async def test_every_deed_of_an_admin_is_in_the_log(app: FastAPI) -> None:
    await an_owner(app)
    await a_program(app)
    entries = (await as_service(app).audit()).items
    assert [entry.action for entry in entries] == [
        "client.created", "session.opened", "setup_link.used", "setup_link.made",
    ]  # fmt: skip
    assert all(entry.request_id for entry in entries)


async def test_a_deed_that_fails_is_not_in_the_log(app: FastAPI) -> None:
    owner = await an_owner(app)
    door: Door = ("PATCH", f"/accounts/{owner.account.id}", {"roles": []}, 409)
    answer = await knock(app, door, owner.access_token)
    assert (answer.status_code, answer.json()["error"]) == (409, "LastOwner")
    actions = {entry.action for entry in (await as_service(app).audit()).items}
    assert "account.changed" not in actions
