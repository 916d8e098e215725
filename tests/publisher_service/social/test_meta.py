"""Accounts of Meta's networks: which one a token reaches, proofs of it, renewals in time."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pydantic import SecretStr

from kit import clock
from kit.contracts.publisher.social import NetworkName, SocialAccountChange, TargetState
from kit.contracts.publisher.social_errors import CredentialsRefused, SocialAccountUnchosen
from publisher_service.actions.social import accounts, renewals
from publisher_service.models.social import SocialAccount
from tests.fakes.facebook import PAGE, USER_TOKEN, Facebook
from tests.fakes.instagram import OWN_TOKEN, TOKEN, USER, Instagram
from tests.fakes.meta import APP_ID, APP_SECRET
from tests.fakes.network import Trouble
from tests.publisher_service.social.desk import DANA, Desk

Kept = Callable[[UUID], Awaitable[tuple[SocialAccount, dict[str, str]]]]
OTHER = "999000111222333"


@pytest.fixture
def simulator() -> str:
    """Name the one that stands behind the Graph API."""
    return "facebook"


@pytest.fixture
def networks(instagram: Instagram, facebook: Facebook, simulator: str) -> dict[str, Any]:
    graph = {"facebook": facebook, "instagram": instagram}[simulator]
    graph.wants_proof = True
    return {
        "facebook_api_url": graph.api,
        "facebook_video_url": facebook.api,
        "instagram_api_url": instagram.api,
        "meta_upload_url": instagram.url,
        "meta_app_id": APP_ID,
        "meta_app_secret": SecretStr(APP_SECRET),
    }


@pytest.fixture
def kept(desk: Desk) -> Kept:
    async def find(account_id: UUID) -> tuple[SocialAccount, dict[str, str]]:
        async with desk.transaction() as session:
            account = await session.get_one(SocialAccount, account_id)
            return account, desk.press.credentials(account)

    return find


async def test_a_page_is_chosen_where_a_token_reaches_several(
    desk: Desk, facebook: Facebook
) -> None:
    facebook.pages[OTHER] = "Studio"
    with pytest.raises(SocialAccountUnchosen) as several:
        await desk.connect(NetworkName.facebook, {"access_token": USER_TOKEN})
    choices = several.value.extra["choices"]
    assert choices == [
        {"field": "page_id", "value": PAGE, "title": "Maison"},
        {"field": "page_id", "value": OTHER, "title": "Studio"},
    ]
    account = await desk.connect(
        NetworkName.facebook, {"access_token": USER_TOKEN, "page_id": OTHER}
    )
    async with desk.transaction() as session:  # connected again, it is known which one
        again = SocialAccountChange(credentials={"access_token": USER_TOKEN})
        found = await accounts.change(session, desk.press, DANA, account, again)
        assert found.handle == OTHER


async def test_who_manages_no_page_is_told(desk: Desk, facebook: Facebook) -> None:
    facebook.pages.clear()
    with pytest.raises(CredentialsRefused):
        await desk.connect(NetworkName.facebook, {"access_token": USER_TOKEN})


async def test_calls_carry_a_proof_and_tokens_of_an_hour_are_lengthened(
    desk: Desk, facebook: Facebook
) -> None:
    account = await desk.connect(NetworkName.facebook, {"access_token": USER_TOKEN})
    target = await desk.posted(await desk.publish(account))
    assert (target.state, len(facebook.posts)) == (TargetState.published, 1)
    assert f"{USER_TOKEN}-long" in facebook.tokens


@pytest.mark.parametrize("simulator", ["instagram"])
async def test_an_instagram_account_is_chosen_where_a_token_reaches_several(
    desk: Desk, instagram: Instagram, kept: Kept
) -> None:
    instagram.accounts[OTHER] = "studio_films"
    with pytest.raises(SocialAccountUnchosen) as several:
        await desk.connect(NetworkName.instagram, {"access_token": TOKEN})
    assert [each["value"] for each in several.value.extra["choices"]] == [USER, OTHER]
    given = {"access_token": TOKEN, "user_id": OTHER}
    _, credentials = await kept(await desk.connect(NetworkName.instagram, given))
    assert credentials["access_token"] == f"{TOKEN}-long"
    assert credentials["username"] == "studio_films"


async def test_a_token_is_renewed_before_it_ends(
    desk: Desk, instagram: Instagram, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = await desk.connect(NetworkName.instagram, {"access_token": OWN_TOKEN})
    await renewals.renew_due(desk.transaction, desk.press)
    assert (await kept(account))[1]["access_token"] == OWN_TOKEN
    later = clock.now() + timedelta(hours=26)
    monkeypatch.setattr("kit.clock.now", lambda: later)
    await renewals.renew_due(desk.transaction, desk.press)
    _, credentials = await kept(account)
    assert credentials["access_token"] in instagram.tokens
    assert credentials["access_token"] != OWN_TOKEN
    assert datetime.fromisoformat(credentials["renew_at"]) == later + timedelta(days=30)


@pytest.mark.parametrize("is_refused", [True, False])
async def test_a_token_that_is_not_renewed_is_told_unless_the_network_is_away(
    desk: Desk,
    instagram: Instagram,
    kept: Kept,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_refused: bool,
) -> None:
    account = await desk.connect(NetworkName.instagram, {"access_token": OWN_TOKEN})
    later = clock.now() + timedelta(hours=26)
    monkeypatch.setattr("kit.clock.now", lambda: later)
    if is_refused:
        instagram.expire()
    else:
        instagram.troubles = [Trouble("refresh_access_token", 503)]
    await renewals.renew_due(desk.transaction, desk.press)
    assert (await kept(account))[0].needs_reconnection is is_refused
