"""The visitors of the matrix: what each shows at the door of a service."""

import time
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable, Mapping
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import orjson
from fastapi import FastAPI
from joserfc.jwk import OKPKey

from accounts_service.actions import acting, keys, sessions
from accounts_service.actions.tools import Origin
from accounts_service.models.people import Account
from kit import clock
from kit.auth import AUDIENCE, ISSUER, service_token
from kit.contracts.accounts.studios import ActingNew
from tests.cast import BOB, CHARLIE
from tests.contracts.permissions.rules import ROLES, Rule
from tests.factories.catalog import access_token

Headers = Mapping[str, str]
Show = Callable[[str, Rule, bool], Awaitable[Headers]]
PROGRAMS = {"program", "scoped program"}
HERE = Origin("203.0.113.7", "")
NEXT_KEY = OKPKey.generate_key("Ed25519", {"kid": "next", "alg": "Ed25519", "use": "sig"})
_numbers = count()


def bearing(token: str) -> Headers:
    return {"authorization": f"Bearer {token}"}


def strangers_to(app: FastAPI) -> Show:
    """Return what visitors show to a service that verifies tokens offline."""

    async def show(visitor: str, rule: Rule, _: bool) -> Headers:
        claims: dict[str, Any] = {"sub": str(CHARLIE), "roles": list(ROLES.get(visitor, ()))}
        if visitor == "anonymous":
            return {}
        if visitor == "service":
            return as_service(app)
        if visitor == "expired":
            claims |= {"roles": ["owner"], "exp": int(time.time()) - 3600}
        if visitor in PROGRAMS:
            claims |= {"kind": "client", "scope": " ".join(rule.scopes(visitor))}
        if visitor == "acting":
            claims |= {"act": {"sub": str(BOB), "name": "Bob"}}
        token = access_token(app, **claims)
        if visitor == "revoked":  # signed with a key that was withdrawn since
            token = access_token(app, **claims | {"roles": ["owner"]})
            app.state.keys.use(await _next_keys())
            app.state.keys.fetch = _next_keys
        return bearing(token)

    return show


async def _next_keys() -> dict[str, Any]:
    return {"keys": [NEXT_KEY.as_dict(private=False)]}


def people_of(app: FastAPI) -> Show:
    """Return what visitors show to accounts_service, who knows them.

    They are `new` people with new sessions where what they do may change either.
    """
    known: dict[str, Headers] = {}

    async def show(visitor: str, rule: Rule, new: bool) -> Headers:
        if visitor == "anonymous":
            return {}
        if visitor == "service":
            return as_service(app)
        if visitor in PROGRAMS:
            return bearing(await _program(app, rule.scopes(visitor)))
        if new or visitor not in known:
            known[visitor] = bearing(await _token(app, visitor))
        return known[visitor]

    return show


async def _token(app: FastAPI, visitor: str) -> str:
    if visitor == "acting":
        return await _acting(app)
    token = await person(app, *ROLES.get(visitor, ("owner",)))
    if visitor == "expired":
        return await _older(app, token)
    if visitor == "revoked":
        await _end_session(app, token)
    return token


async def person(app: FastAPI, *roles: str) -> str:
    """Make somebody with these roles and a session; return their access token."""
    async with app.state.database.sessions.begin() as session:
        account = Account(
            email=f"somebody-{next(_numbers)}@example.org",
            name="Somebody",
            roles=[str(role) for role in roles],
            created_at=clock.now(),
            email_verified_at=clock.now(),
        )
        session.add(account)
        await session.flush()
        opened = await sessions.open_session(session, app.state.tools, account, HERE)
        return str(opened.access_token)


async def _program(app: FastAPI, scopes: list[str]) -> str:
    claims = {"sub": str(uuid4()), "kind": "client", "name": "Sahel TV", "roles": []}
    claims |= {"scope": " ".join(scopes)}
    return await _signed(app, claims, clock.now().timestamp() + 600)


async def _signed(app: FastAPI, claims: dict[str, Any], until: float) -> str:
    frame = {"iss": ISSUER, "aud": AUDIENCE, "iat": int(until) - 900, "exp": int(until)}
    async with app.state.database.sessions.begin() as session:
        return await keys.token(session, app.state.tools, {**claims, **frame})


async def _older(app: FastAPI, token: str) -> str:
    """Return the same token as it is an hour after its end."""
    claims = orjson.loads(urlsafe_b64decode(token.split(".")[1] + "=="))
    return await _signed(app, claims, claims["exp"] - 3600 * 5)


async def _end_session(app: FastAPI, token: str) -> None:
    caller = await app.state.keys.caller(token)
    async with app.state.database.sessions.begin() as session:
        await sessions.sign_out_everywhere(session, caller)


async def _acting(app: FastAPI) -> str:
    """Let an admin act as a viewer."""
    tools = app.state.tools
    admin = await app.state.keys.caller(await person(app, "admin"))
    viewer = await app.state.keys.caller(await person(app))
    async with app.state.database.sessions.begin() as session:
        new = ActingNew(why="Pour voir")
        started = await acting.start(session, tools, admin, UUID(viewer.id), new)
    async with app.state.database.sessions.begin() as session:
        used = await acting.use(session, tools, started.link.rpartition("/")[2], HERE)
    return used.access_token


def as_service(app: FastAPI) -> Headers:
    settings = app.state.settings
    secret = settings.suite_secret.get_secret_value()
    return {"authorization": f"Suite {service_token(secret, 'tests', settings.SERVICE)}"}
