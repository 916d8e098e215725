"""Providers that lie, forge, sleep and break."""

from typing import Any

import pytest
from fastapi import FastAPI

from accounts_service.providers import oidc
from kit.contracts.accounts.factors import ProviderRefused, ProviderSilent
from tests.factories.providers import sign_in
from tests.fakes.oidc_provider import CLIENT, OidcProvider

LIES: list[dict[str, Any]] = [
    {"claims": {"nonce": "of another sign-in"}},
    {"claims": {"nonce": None}},
    {"claims": {"aud": "another-client"}},
    {"claims": {"aud": [CLIENT, "another-client"]}},
    {"claims": {"azp": "another-client"}},
    {"claims": {"iss": "https://evil.example"}},
    {"claims": {"exp": 1_600_000_000}},
    {"claims": {"exp": None}},
    {"claims": {"sub": None}},
    {"claims": {"sub": ""}},
    {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    {"mischief": "forged"},
    {"mischief": "unsigned"},
    {"mischief": "signed with what is public"},
    {"mischief": "no token"},
]


@pytest.mark.parametrize("lie", LIES, ids=str)
async def test_a_token_that_is_wrong_lets_nobody_in(
    app: FastAPI, provider: OidcProvider, lie: dict[str, Any]
) -> None:
    for name, value in lie.items():
        setattr(provider, name, value)
    with pytest.raises(ProviderRefused):
        await sign_in(app, provider)
    provider.claims, provider.mischief = {}, ""
    assert (await sign_in(app, provider)).account.email == "eya@example.org"


@pytest.mark.parametrize("place", ["metadata", "keys", "token"])
@pytest.mark.parametrize("trouble", ["slow", "broken"])
async def test_a_provider_that_does_not_answer_is_told_so(
    app: FastAPI,
    provider: OidcProvider,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
    trouble: str,
) -> None:
    monkeypatch.setattr(oidc, "SECONDS", 0.3)
    provider.mischief = f"{trouble} {place}"
    with pytest.raises(ProviderSilent):
        await sign_in(app, provider)


async def test_a_provider_that_is_not_who_it_should_be_is_not_asked(
    app: FastAPI, provider: OidcProvider
) -> None:
    provider.mischief = "other metadata"
    with pytest.raises(ProviderSilent):
        await sign_in(app, provider)


async def test_keys_that_were_turned_are_fetched_and_not_at_every_forgery(
    app: FastAPI, provider: OidcProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(oidc, "ASKED_AGAIN_AFTER", 0)
    await sign_in(app, provider)
    provider.turn_keys()
    await sign_in(app, provider)
    assert provider.asked.count("keys") == 2
    monkeypatch.setattr(oidc, "ASKED_AGAIN_AFTER", 60)
    provider.mischief = "forged"
    for _ in range(3):
        with pytest.raises(ProviderRefused):
            await sign_in(app, provider)
    assert provider.asked.count("keys") == 2
