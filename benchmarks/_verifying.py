"""The same hello with and without an access token to verify, and tokens to ask it with."""

from pathlib import Path
from uuid import UUID

import orjson
from fastapi import FastAPI
from pydantic_settings import SettingsConfigDict

from accounts_service.models.people import Account, UserSession
from accounts_service.models.programs import SigningKey
from accounts_service.providers.jose import Keys, sign
from accounts_service.rules import claims
from kit import clock
from kit.db import new_id
from kit.errors import Unauthenticated
from kit.settings import ServiceSettings
from kit.web import CallerDep, build_app

SECRET = "a secret for benchmarks, long enough"


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="BENCH_")
    SERVICE = "hello"

    jwks_file: Path = Path()
    asks: bool = True


def app() -> FastAPI:
    settings = Settings()
    made = build_app(settings)
    made.state.keys.use(orjson.loads(settings.jwks_file.read_bytes()))
    made.add_api_route("/hello", _hello_to_me if settings.asks else _hello)
    return made


async def _hello() -> dict[str, str]:
    return {"hello": "world"}


async def _hello_to_me(caller: CallerDep) -> dict[str, str]:
    if caller.kind != "person":
        raise Unauthenticated
    return {"hello": "world"}


def tokens(count: int, jwks_file: Path) -> list[str]:
    """Return access tokens of so many people, signed as accounts_service does; write their key."""
    row = signing_key()
    jwks_file.write_bytes(orjson.dumps({"keys": [row.public]}))
    return [token for _, token in people(count, row)]


def signing_key() -> SigningKey:
    """Return a key as accounts_service stores it."""
    at = clock.now()
    row = SigningKey(created_at=at, signs_from=at)
    Keys(SECRET).fill(row)
    return row


def people(count: int, row: SigningKey) -> list[tuple[UUID, str]]:
    """Return so many people, each with an access token signed by this key."""
    private, at = Keys(SECRET).opened(row), clock.now()
    assert private is not None
    found = []
    for number in range(count):
        person = Account(id=new_id(), name=f"Person {number}", roles=[])
        said = claims.of_person(person, UserSession(id=new_id()), at)
        found.append((person.id, sign(said, str(row.id), private)))
    return found
