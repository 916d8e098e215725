"""Tokens ready made, and the people who ask for them: through the service's own doors."""

import time
from typing import Any
from uuid import UUID

from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OKPKey

from kit.auth import ALGORITHM, AUDIENCE, ISSUER
from kit.client import Signer
from kit.contracts.tokens import Batch, BatchNew, Mint, Token, TokensClient
from kit.settings import ServiceSettings
from tests.wiring import http

FILM = "0190b0b0-0000-7000-8000-00000000f117"
SIGNING_KEY = OKPKey.generate_key("Ed25519", {"kid": "test", "alg": ALGORITHM, "use": "sig"})


def as_service(app: FastAPI, name: str = "catalog_service") -> TokensClient:
    """Return a client that speaks as a service of the suite."""
    settings: ServiceSettings = app.state.settings
    secret = settings.suite_secret.get_secret_value()
    return TokensClient(http(app), Signer(secret, name, "tokens_service"))


def as_stranger(app: FastAPI) -> TokensClient:
    return TokensClient(http(app))


def as_person(app: FastAPI, person: UUID, *roles: str) -> TokensClient:
    return as_stranger(app).acting(access_token(app, sub=str(person), roles=list(roles)))


def as_program(app: FastAPI, scope: str) -> TokensClient:
    """Return an integrator's client, which holds these scopes."""
    return as_stranger(app).acting(access_token(app, sub="program", kind="client", scope=scope))


def access_token(app: FastAPI, **claims: Any) -> str:
    """Return an access token as accounts_service signs them, with a key that `app` believes."""
    app.state.keys.use({"keys": [SIGNING_KEY.as_dict(private=False)]})
    frame = {"iss": ISSUER, "aud": AUDIENCE, "exp": int(time.time()) + 600, "name": "Someone"}
    header = {"alg": ALGORITHM, "kid": "test"}
    return jwt.encode(header, frame | claims, SIGNING_KEY, algorithms=[ALGORITHM])


def a_mint(**changes: Any) -> Mint:
    """Return what a VIP token for thirty days is asked with; `ppv=FILM` makes it one for a film."""
    values: dict[str, Any] = {"title": "Nuit de Lomé", "access_level": "vip", "duration_days": 30}
    if film := changes.pop("ppv", None):
        values |= {"access_level": "ppv", "video_id": film}
    return Mint(**(values | changes))


async def a_token(app: FastAPI, **changes: Any) -> Token:
    return await as_service(app).mint(a_mint(**changes))


async def a_batch(app: FastAPI, count: int = 3, **changes: Any) -> Batch:
    terms = a_mint(**changes).model_dump(exclude_unset=True)
    return await as_service(app).mint_batch(BatchNew(count=count, **terms))
