"""An accounts_service that offers providers, and people who sign in with one."""

import json
from typing import Any

from fastapi import FastAPI
from joserfc.jwk import ECKey

from kit.contracts.accounts import SignedIn
from kit.contracts.accounts.factors import ProviderAnswer, ProviderBegin
from tests.factories.accounts import as_stranger
from tests.fakes.oidc_provider import CLIENT, SECRET, OidcProvider

KEY = ECKey.generate_key("P-256")
OFFERED = [
    {"name": "google", "issuer": "https://id.example"},
    {"name": "apple", "issuer": "https://id.example", "team_id": "TEAM123456",
     "key_id": "KEY1234567", "private_key": KEY.as_pem(private=True).decode()},
    {"name": "facebook", "issuer": "https://id.example"},
    {"name": "ecole", "issuer": "https://id.example", "label": "École de cinéma"},
]  # fmt: skip
PLAIN = {"client_id": CLIENT, "client_secret": SECRET}
LIST = json.dumps([{**PLAIN, **one} for one in OFFERED])


async def sign_in(
    app: FastAPI, provider: OidcProvider, name: str = "google", **changes: Any
) -> SignedIn:
    client = as_stranger(app)
    start = await client.begin_provider(name, ProviderBegin())
    said = {**provider.consent(start.url), "ceremony": start.ceremony, **changes}
    return await client.provider_sign_in(name, ProviderAnswer(**said))


async def link(
    app: FastAPI, provider: OidcProvider, person: SignedIn, name: str = "google"
) -> None:
    me = as_stranger(app).acting(person.access_token)
    start = await me.begin_link(name, ProviderBegin())
    answer = ProviderAnswer(ceremony=start.ceremony, **provider.consent(start.url))
    await me.link_provider(name, answer)
