"""Signing in with Google, Apple, Facebook and anybody's own provider, who may lie."""

import json

import pytest
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError

from accounts_service.settings import Settings
from kit.contracts.accounts import AccountChange, AccountState, SessionEnded
from kit.contracts.accounts.factors import (
    CeremonyExpired,
    FactorNotFound,
    LastWayIn,
    ProviderAnswer,
    ProviderBegin,
    ProviderEmailTaken,
    ProviderEmailUnverified,
    ProviderLinkedElsewhere,
    ProviderRefused,
    ProviderUnknown,
    SecondFactorNeeded,
)
from tests.factories.accounts import a_viewer, an_owner, as_stranger
from tests.factories.factors import with_app
from tests.factories.providers import KEY, link, sign_in
from tests.fakes.oidc_provider import Human, OidcProvider


async def test_only_what_is_set_is_offered(app: FastAPI) -> None:
    found = await as_stranger(app).providers()
    assert [(one.name, one.label, one.shape, one.answers_by_form) for one in found.items] == [
        ("google", "Google", "google", False),
        ("apple", "Apple", "apple", True),
        ("facebook", "Facebook", "facebook", False),
        ("ecole", "École de cinéma", "oidc", False),
    ]
    with pytest.raises(ProviderUnknown):
        await as_stranger(app).begin_provider("github", ProviderBegin())


async def test_who_is_new_gets_an_account_and_the_same_one_next_time(
    app: FastAPI, provider: OidcProvider
) -> None:
    first = await sign_in(app, provider)
    assert (first.account.email, first.account.name) == ("eya@example.org", "Eya Mensah")
    assert first.account.roles == ()
    provider.human.email = "eya@elsewhere.example"
    assert (await sign_in(app, provider)).account.id == first.account.id
    factors = await as_stranger(app).acting(first.access_token).factors()
    (linked,) = factors.providers
    assert (linked.label, linked.email) == ("Google", "eya@elsewhere.example")
    assert not factors.has_password


async def test_a_provider_that_takes_basic_authentication_only(
    app: FastAPI, provider: OidcProvider
) -> None:
    provider.basic_only = True
    assert (await sign_in(app, provider, "ecole")).account.email == "eya@example.org"


async def test_an_email_told_by_userinfo_counts_if_it_is_the_same_person(
    app: FastAPI, provider: OidcProvider
) -> None:
    provider.in_userinfo = True
    assert (await sign_in(app, provider)).account.email == "eya@example.org"
    provider.mischief = "other userinfo"
    with pytest.raises(ProviderRefused):
        await sign_in(app, provider)


async def test_apple_takes_a_signed_secret_and_tells_the_name_beside(
    app: FastAPI, provider: OidcProvider
) -> None:
    provider.apple_key = KEY
    provider.claims = {"name": None, "email_verified": "true"}
    user = json.dumps({"name": {"firstName": "Eya", "lastName": "Mensah"}})
    opened = await sign_in(app, provider, "apple", user=user)
    assert opened.account.name == "Eya Mensah"
    start = await as_stranger(app).begin_provider("apple", ProviderBegin())
    assert "response_mode=form_post" in start.url
    assert "code_challenge" not in start.url


async def test_facebook_vouches_for_no_email_but_can_be_linked(
    app: FastAPI, provider: OidcProvider
) -> None:
    with pytest.raises(ProviderEmailUnverified):
        await sign_in(app, provider, "facebook")
    viewer = await a_viewer(app)
    await link(app, provider, viewer, "facebook")
    assert (await sign_in(app, provider, "facebook")).account.id == viewer.account.id


async def test_an_answer_belongs_to_the_browser_that_began(
    app: FastAPI, provider: OidcProvider
) -> None:
    client = as_stranger(app)
    mine = await client.begin_provider("google", ProviderBegin())
    attackers = await client.begin_provider("google", ProviderBegin())
    answer = provider.consent(attackers.url)
    with pytest.raises(ProviderRefused):
        await client.provider_sign_in("google", ProviderAnswer(ceremony=mine.ceremony, **answer))
    state = {"state": provider.consent(mine.url)["state"]}
    crossed = ProviderAnswer(ceremony=mine.ceremony, **{**answer, **state})
    with pytest.raises(ProviderRefused):  # PKCE: the code was asked for by somebody else
        await client.provider_sign_in("google", crossed)


async def test_a_ceremony_serves_its_own_provider_and_purpose(
    app: FastAPI, provider: OidcProvider
) -> None:
    client = as_stranger(app)
    start = await client.begin_provider("google", ProviderBegin())
    answer = ProviderAnswer(ceremony=start.ceremony, **provider.consent(start.url))
    with pytest.raises(CeremonyExpired):
        await client.provider_sign_in("ecole", answer)
    viewer = await a_viewer(app)
    with pytest.raises(CeremonyExpired):
        await client.acting(viewer.access_token).link_provider("google", answer)


async def test_an_answer_is_taken_once(app: FastAPI, provider: OidcProvider) -> None:
    client = as_stranger(app)
    start = await client.begin_provider("google", ProviderBegin())
    answer = ProviderAnswer(ceremony=start.ceremony, **provider.consent(start.url))
    await client.provider_sign_in("google", answer)
    with pytest.raises(ProviderRefused):
        await client.provider_sign_in("google", answer)


async def test_who_says_no_at_the_provider_is_told_so(app: FastAPI, provider: OidcProvider) -> None:
    with pytest.raises(ProviderRefused, match="did not allow"):
        await sign_in(app, provider, error="access_denied", code="")


@pytest.mark.parametrize("said", [False, None, "false", "yes", 0, []])
async def test_an_unverified_email_makes_no_account(
    app: FastAPI, provider: OidcProvider, said: object
) -> None:
    provider.human.email_verified = said
    with pytest.raises(ProviderEmailUnverified):
        await sign_in(app, provider)


@pytest.mark.parametrize("email", [None, "", "not an address"])
async def test_without_an_email_there_is_no_account(
    app: FastAPI, provider: OidcProvider, email: str | None
) -> None:
    provider.human.email = email
    with pytest.raises(ProviderEmailUnverified):
        await sign_in(app, provider)


async def test_an_account_with_that_email_is_not_given_away(
    app: FastAPI, provider: OidcProvider
) -> None:
    owner = await an_owner(app, "eya@example.org")
    with pytest.raises(ProviderEmailTaken):
        await sign_in(app, provider)
    await link(app, provider, owner)
    assert (await sign_in(app, provider)).account.id == owner.account.id


async def test_a_providers_account_opens_one_account(app: FastAPI, provider: OidcProvider) -> None:
    await sign_in(app, provider)
    viewer = await a_viewer(app)
    with pytest.raises(ProviderLinkedElsewhere):
        await link(app, provider, viewer)


async def test_a_second_factor_is_asked_for_after_a_provider_too(
    app: FastAPI, provider: OidcProvider
) -> None:
    await with_app(app, await sign_in(app, provider))
    with pytest.raises(SecondFactorNeeded) as caught:
        await sign_in(app, provider)
    assert caught.value.methods == ("totp", "recovery")


async def test_who_is_suspended_is_not_let_in_by_a_provider(
    app: FastAPI, provider: OidcProvider
) -> None:
    owner, person = await an_owner(app), await sign_in(app, provider)
    change = AccountChange(state=AccountState.suspended)
    await as_stranger(app).acting(owner.access_token).change_account(person.account.id, change)
    with pytest.raises(SessionEnded):
        await sign_in(app, provider)


async def test_a_provider_is_unlinked_unless_it_is_the_only_way_in(
    app: FastAPI, provider: OidcProvider
) -> None:
    viewer, born_there = await a_viewer(app), await sign_in(app, provider)
    provider.human = Human(subject="42", email="charlie@example.org")
    await link(app, provider, viewer)
    me = as_stranger(app).acting(viewer.access_token)
    await me.unlink_provider("google")
    assert (await me.factors()).providers == ()
    with pytest.raises(FactorNotFound):
        await me.unlink_provider("google")
    with pytest.raises(LastWayIn):
        await as_stranger(app).acting(born_there.access_token).unlink_provider("google")


@pytest.mark.parametrize(
    "text", ["[{", '[{"name": "x"}]', '[{"name": "ecole", "client_id": "hunter2hunter2"}]']
)
def test_a_list_of_providers_that_cannot_be_read_stops_the_start(text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        _ = Settings(environment="test", providers=SecretStr(text)).chosen_providers
    assert "hunter2" not in str(caught.value)
