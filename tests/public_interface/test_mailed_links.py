"""Signing up, and the links that mails bring: what a browser without scripts can do with them."""

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.accounts.studios import InvitationNew
from tests.accounts_service.mails import Mails
from tests.admin_interface.browsing import see, send
from tests.factories import accounts, tokens
from tests.factories.accounts import PASSWORD
from tests.factories.catalog import a_published_film
from tests.public_interface.conftest import believe, visitor

AWA = {"name": "Awa Diop", "email": "awa@example.org", "password": "une pirogue sans voile"}
NEW = "une autre pirogue bleue"


async def test_somebody_signs_up_and_confirms_their_address(
    browser: httpx.AsyncClient, mails: Mails
) -> None:
    answer = await send(browser, "/sign-up", "/sign-up", AWA)
    assert answer.headers["location"] == "/account"
    assert "son lien confirme votre adresse" in (await see(browser, "/account")).text
    assert "à confirmer" in (await see(browser, "/account/security")).text
    link = f"/l/{await mails.next_token('account.verify_email')}"
    page = await see(browser, link)
    assert page.headers["cache-control"] == "no-store"
    assert "awa@example.org est-elle bien votre adresse" in page.text
    assert "à confirmer" in (await see(browser, "/account/security")).text
    used = await send(browser, link, link, {})
    assert used.headers["location"] == "/account"
    assert "Votre adresse est confirmée." in (await see(browser, "/account")).text
    assert "à confirmer" not in (await see(browser, "/account/security")).text


async def test_what_is_wrong_with_a_sign_up_is_said_beside_its_field(
    browser: httpx.AsyncClient,
) -> None:
    answer = await send(browser, "/sign-up", "/sign-up", {"email": "awa", "name": " "})
    assert answer.status_code == 422
    assert 'id="f-email-about"' in answer.text
    assert 'id="f-name-about"' in answer.text
    weak = await send(browser, "/sign-up", "/sign-up", AWA | {"password": "motdepasse"})
    assert weak.status_code == 422
    assert "trop facile à deviner" in weak.text
    assert "motdepasse" not in weak.text
    assert 'value="awa@example.org"' in weak.text


async def test_signing_up_with_a_known_address_tells_a_stranger_nothing(
    browser: httpx.AsyncClient, accounts_app: FastAPI, mails: Mails
) -> None:
    known = await accounts.a_viewer(accounts_app, "awa@example.org")
    answer = await send(browser, "/sign-up", "/sign-up", AWA)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/account"
    assert (await mails.next("account.exists")).account_id == known.account.id


async def test_who_carries_a_code_is_led_to_keep_it_and_finds_it_on_another_device(
    browser: httpx.AsyncClient,
    app: FastAPI,
    tokens_app: FastAPI,
    catalog_app: FastAPI,
    accounts_app: FastAPI,
    library_app: FastAPI,
) -> None:
    token = await tokens.a_token(tokens_app)
    await send(browser, "/code", "/code", {"code": token.code})
    assert "garder le code de cet appareil" in (await see(browser, "/sign-up")).text
    answer = await send(browser, "/sign-up", "/sign-up", AWA)
    assert answer.headers["location"] == "/account/codes"
    page = await see(browser, "/account/codes")
    assert "n’est pas encore dans votre compte" in page.text
    await send(browser, "/account/codes", "/account/codes", {"carried": "yes"})
    kept = await see(browser, "/account/codes")
    assert token.code in kept.text
    assert "n’est pas encore dans votre compte" not in kept.text
    film = await a_published_film(catalog_app, library_app, title="Sira", access_level="vip")
    believe(catalog_app, accounts_app)
    async with visitor(app) as telephone:
        path = f"/films/{film.slug}"
        assert "Regarder" not in (await see(telephone, path)).text.split("<h1>")[1]
        form = {name: AWA[name] for name in ("email", "password")}
        await send(telephone, "/sign-in", "/sign-in", form)
        assert f'href="/watch/{film.slug}"' in (await see(telephone, path)).text


async def test_a_link_signs_in_without_a_password(
    browser: httpx.AsyncClient, accounts_app: FastAPI, mails: Mails
) -> None:
    await accounts.a_viewer(accounts_app)
    asked = await send(browser, "/sign-in/link", "/sign-in/link", {"email": "charlie@example.org"})
    assert "un e-mail est en route" in asked.text
    unknown = await send(browser, "/sign-in/link", "/sign-in/link", {"email": "no@example.org"})
    assert unknown.text.replace("no@", "charlie@") == asked.text
    link = f"/l/{await mails.next_token('account.sign_in_link')}"
    assert "account_refresh" not in str((await see(browser, link)).headers.get_list("set-cookie"))
    assert (await send(browser, link, link, {})).headers["location"] == "/account"
    assert "Charlie" in (await see(browser, "/account")).text
    again = await browser.get(link, follow_redirects=True)
    assert "Ce lien a déjà servi" in again.text


async def a_signed_in_device(app: FastAPI) -> httpx.AsyncClient:
    device = visitor(app)
    form = {"email": "charlie@example.org", "password": PASSWORD}
    assert (await send(device, "/sign-in", "/sign-in", form)).status_code == 303
    return device


async def test_a_forgotten_password_is_replaced_and_other_devices_are_signed_out(
    browser: httpx.AsyncClient, app: FastAPI, accounts_app: FastAPI, mails: Mails
) -> None:
    await accounts.a_viewer(accounts_app)
    other = await a_signed_in_device(app)
    form = {"email": "charlie@example.org"}
    await send(browser, "/sign-in/forgotten", "/sign-in/forgotten", form)
    link = f"/l/{await mails.next_token('account.password_reset')}"
    weak = await send(browser, link, link, {"password": "azertyuiop"})
    assert weak.status_code == 422
    assert "trop facile à deviner" in weak.text
    assert (await send(browser, link, link, {"password": ""})).status_code == 422
    assert (await send(browser, link, link, {"password": NEW})).headers["location"] == "/account"
    assert (await mails.next("account.password_changed")).values["name"] == "Charlie"
    other.cookies.delete("account_access")  # it dies by itself, within a quarter of an hour
    assert (await other.get("/account")).headers["location"] == "/sign-in?next=/account"
    await other.aclose()
    await send(browser, "/account/security", "/account/sign-out", {})
    form = {"email": "charlie@example.org", "password": NEW}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    old = {"email": "charlie@example.org", "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", old)).status_code == 401


async def test_an_invitation_makes_somebody_new(
    browser: httpx.AsyncClient, accounts_app: FastAPI
) -> None:
    owner = await accounts.an_owner(accounts_app)
    invited = (
        await accounts.as_stranger(accounts_app)
        .acting(owner.access_token)
        .invite(
            InvitationNew.model_validate(
                {"email": "bob@example.org", "role": "filmmaker", "by_hand": True}
            )
        )
    )
    assert invited.link
    link = f"/l/{invited.link.rpartition('/l/')[2]}"
    page = await see(browser, link)
    assert "Dana Agbeko invite bob@example.org à devenir cinéaste" in page.text
    assert (await send(browser, link, link, {"name": "Bob"})).status_code == 422
    answer = await send(browser, link, link, {"name": "Bob", "password": NEW})
    assert answer.headers["location"] == "/account"
    assert "l’invitation est acceptée" in (await see(browser, "/account")).text


@pytest.mark.parametrize("path", ["/l/nothing", "/l/%00", "/l/../x", "/l/" + "a" * 300])
async def test_a_link_that_is_none_is_answered_in_words(
    browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(path, follow_redirects=True)
    assert answer.status_code in {200, 404, 422}
    assert "<h1>" in answer.text
