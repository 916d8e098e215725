"""Access tokens and service tokens: what is accepted, and the many ways not to be."""

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from kit.auth import (
    ALL_PERMISSIONS,
    ANONYMOUS,
    FRESH_SECONDS,
    STALE_SECONDS,
    Caller,
    KeyRing,
    calling_service,
    may,
    service_token,
)
from kit.errors import Unauthenticated, Unavailable

KEY = OKPKey.generate_key("Ed25519", parameters={"kid": "k1"})
SECRET = "a-secret-for-tests"


def token(key: OKPKey | OctKey = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    claims = {
        "iss": "karangou", "aud": "karangou", "sub": "alice", "kind": "person", "name": "Alice",
        "roles": ["admin"], "scope": "", "iat": int(time.time()), "exp": int(time.time()) + 900,
    } | changes  # fmt: skip
    head = {"alg": "Ed25519", "kid": "k1"} | (header or {})
    return jwt.encode(head, claims, key, algorithms=[head["alg"]])


@pytest.fixture
def ring() -> KeyRing:
    async def nothing_new() -> dict[str, Any]:
        return {"keys": [KEY.as_dict(private=False)]}

    ring = KeyRing(nothing_new)
    ring.use({"keys": [KEY.as_dict(private=False)]})
    return ring


async def test_a_good_token_names_its_person(ring: KeyRing) -> None:
    caller = await ring.caller(token())
    assert (caller.kind, caller.id, caller.roles) == ("person", "alice", frozenset({"admin"}))


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "a.b.c",
        token(exp=int(time.time()) - 60),
        token(aud="elsewhere"),
        token(iss="elsewhere"),
        token(header={"kid": "unknown"}),
        token(OKPKey.generate_key("Ed25519", parameters={"kid": "k1"})),
        token(OctKey.import_key(b"x" * 32), {"alg": "HS256"}),
        token().rsplit(".", 1)[0] + ".",
        "eyJhbGciOiJub25lIiwia2lkIjoiazEifQ." + token().split(".")[1] + ".",
    ],
)
async def test_a_bad_token_is_refused(ring: KeyRing, bad: str) -> None:
    with pytest.raises(Unauthenticated):
        await ring.caller(bad)


async def test_keys_are_fetched_when_one_is_unknown() -> None:
    calls = 0

    async def published() -> dict[str, Any]:
        nonlocal calls
        calls += 1
        return {"keys": [KEY.as_dict(private=False)]}

    ring = KeyRing(published)
    for _ in range(3):
        await ring.caller(token())
        with pytest.raises(Unauthenticated):
            await ring.caller(token(header={"kid": "stranger"}))
    assert calls == 1


async def test_a_withdrawn_key_is_believed_for_a_minute_at_most(ring: KeyRing) -> None:
    good = token()
    await ring.caller(good)
    ring.fetch = another_key
    assert (await ring.caller(good)).id == "alice"
    ring.asked_at -= FRESH_SECONDS
    with pytest.raises(Unauthenticated):
        await ring.caller(good)


async def test_the_known_keys_go_on_while_nobody_can_be_asked(ring: KeyRing) -> None:
    calls = 0

    async def away() -> dict[str, Any]:
        nonlocal calls
        calls += 1
        raise Unavailable

    ring.fetch = away
    ring.asked_at -= FRESH_SECONDS
    for _ in range(3):
        assert (await ring.caller(token())).id == "alice"
    assert calls == 1
    ring.fetched_at -= STALE_SECONDS
    with pytest.raises(Unavailable):
        await ring.caller(token(sub="bob"))


async def another_key() -> dict[str, Any]:
    key = OKPKey.generate_key("Ed25519", parameters={"kid": "k2"})
    return {"keys": [key.as_dict(private=False)]}


async def test_what_names_no_key_is_refused_without_asking_for_keys() -> None:
    async def away() -> dict[str, Any]:
        raise Unavailable

    ring = KeyRing(away)
    for bad in ("MA", "e30.e30.", token(header={"kid": ""})):
        with pytest.raises(Unauthenticated):
            await ring.caller(bad)
    with pytest.raises(Unavailable):
        await ring.caller(token())


def test_a_service_token_is_for_one_audience() -> None:
    made = service_token(SECRET, "portal", "catalog_service")
    assert calling_service(SECRET, made, "catalog_service").id == "portal"
    for secret, audience in ((SECRET, "tokens_service"), ("another", "catalog_service")):
        with pytest.raises(Unauthenticated):
            calling_service(secret, made, audience)


@given(st.data())
def test_no_changed_service_token_is_accepted(data: st.DataObject) -> None:
    made = service_token(SECRET, "portal", "catalog_service")
    place = data.draw(st.integers(0, len(made) - 2))
    letter = data.draw(st.sampled_from("abcXYZ019-_."))
    changed = made[:place] + letter + made[place + 1 :]
    if changed != made:
        with pytest.raises(Unauthenticated):
            calling_service(SECRET, changed, "catalog_service")


def test_permissions_come_from_roles_scopes_or_being_a_service() -> None:
    assert may(Caller("service"), "films:write")
    assert may(Caller("person", roles=frozenset({"admin"})), "films:write")
    assert not may(Caller("person", roles=frozenset({"viewer"})), "films:write")
    assert may(Caller("client", scopes=frozenset({"films:write"})), "films:write")
    assert not may(Caller("client", roles=frozenset({"owner"})), "films:write")
    assert not any(may(ANONYMOUS, permission) for permission in ALL_PERMISSIONS)
