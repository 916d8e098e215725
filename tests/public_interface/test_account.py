"""Looking after one's account, as a browser without scripts does."""

import re
from datetime import timedelta

import httpx
import pyotp
import pytest
from fastapi import FastAPI

from kit import clock
from tests.accounts_service.mails import Mails
from tests.admin_interface.browsing import see, send
from tests.factories import accounts, tokens
from tests.factories.accounts import PASSWORD
from tests.public_interface.conftest import visitor

CHARLIE = {"email": "charlie@example.org", "password": PASSWORD}
NEW = "une autre pirogue bleue"
SECURITY = "/account/security"


@pytest.fixture
async def charlie(browser: httpx.AsyncClient, accounts_app: FastAPI) -> httpx.AsyncClient:
    """Sign Charlie in, a viewer."""
    await accounts.a_viewer(accounts_app)
    answer = await send(browser, "/sign-in", "/sign-in", CHARLIE)
    assert answer.status_code == 303
    return browser


@pytest.mark.parametrize(
    "path", ["/account", "/account/security", "/account/codes", "/account/notices"]
)
async def test_nobody_keeps_a_page_of_an_account(charlie: httpx.AsyncClient, path: str) -> None:
    page = await see(charlie, path)
    assert page.headers["cache-control"] == "no-store"
    assert 'name="robots" content="noindex"' in page.text


async def test_a_profile_is_changed_and_its_language_is_spoken(charlie: httpx.AsyncClient) -> None:
    form = {"name": "Charlie Mensah", "language": "en", "country": "TG",
            "links": "Mon site https://example.org/charlie"}  # fmt: skip
    answer = await send(charlie, "/account", "/account/profile", form)
    assert answer.headers["location"] == "/account"
    page = await see(charlie, "/account")
    assert 'value="Charlie Mensah"' in page.text
    assert "Profile" in page.text
    assert "Mon site https://example.org/charlie" in page.text
    wrong = await send(charlie, "/account", "/account/profile", form | {"links": "x ftp://a"})
    assert wrong.status_code == 422
    assert 'id="f-links-about"' in wrong.text


async def test_a_picture_is_shown_to_all_and_what_is_none_is_refused(
    charlie: httpx.AsyncClient, poster: bytes
) -> None:
    files = {"picture": ("me.png", poster, "image/png")}
    await send(charlie, "/account", "/account/avatar", {}, files=files)
    address = re.search(r'src="(/avatars/[^"]+)"', (await see(charlie, "/account")).text)
    assert address
    picture = await charlie.get(address[1])
    assert picture.headers["content-type"] == "image/webp"
    assert "immutable" in picture.headers["cache-control"]
    files = {"picture": ("me.png", b"\x89PNG rubbish", "image/png")}
    await send(charlie, "/account", "/account/avatar", {}, files=files)
    assert "Cette image est illisible" in (await see(charlie, "/account")).text


async def test_the_password_is_changed_and_the_wrong_one_is_said_beside_its_field(
    charlie: httpx.AsyncClient,
) -> None:
    path = f"{SECURITY}/password"
    wrong = await send(charlie, SECURITY, path, {"current": "not this one", "new": NEW})
    assert wrong.status_code == 422
    assert "Ce n’est pas votre mot de passe" in wrong.text
    weak = await send(charlie, SECURITY, path, {"current": PASSWORD, "new": "azertyuiop"})
    assert "trop facile à deviner" in weak.text
    answer = await send(charlie, SECURITY, path, {"current": PASSWORD, "new": NEW})
    assert answer.headers["location"] == SECURITY
    assert "Le mot de passe est changé" in (await see(charlie, SECURITY)).text


async def test_an_address_is_changed_once_its_mail_is_read(
    charlie: httpx.AsyncClient, mails: Mails
) -> None:
    await send(charlie, SECURITY, f"{SECURITY}/e-mail", {"email": "new@example.org"})
    assert "Rien ne change avant son lien" in (await see(charlie, SECURITY)).text
    link = f"/l/{await mails.next_token('account.email_change')}"
    assert "new@example.org" not in (await see(charlie, SECURITY)).text
    await send(charlie, link, link, {})
    assert "new@example.org" in (await see(charlie, SECURITY)).text
    told = await mails.next("account.email_changed")
    assert told.email == CHARLIE["email"]  # whose it was, in case it was not them


async def test_another_device_is_seen_and_signed_out_alone_or_with_all_others(
    charlie: httpx.AsyncClient, app: FastAPI
) -> None:
    phone = {"User-Agent": "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140 Firefox/140.0"}
    async with visitor(app, **phone) as other:
        await send(other, "/sign-in", "/sign-in", CHARLIE)
        page = await see(charlie, SECURITY)
        assert "Android" in page.text
        one = re.search(rf'action="({SECURITY}/sessions/[^"]+)"', page.text)
        assert one
        await send(charlie, SECURITY, one[1], {})
        assert "Android" not in (await see(charlie, SECURITY)).text
        other.cookies.clear()
        await send(other, "/sign-in", "/sign-in", CHARLIE)
        assert "Android" in (await see(charlie, SECURITY)).text
        await send(charlie, SECURITY, f"{SECURITY}/sessions", {})
        assert "Android" not in (await see(charlie, SECURITY)).text
        other.cookies.delete("account_access")
        assert (await other.get(SECURITY)).headers["location"].startswith("/sign-in")


async def an_app(browser: httpx.AsyncClient) -> tuple[pyotp.TOTP, list[str]]:
    """Switch an authenticator app on; return it, and the recovery codes that came with it."""
    page = await send(browser, SECURITY, f"{SECURITY}/app", {})
    shown = {name: _hidden(page.text, name) for name in ("secret", "uri")}
    assert 'src="data:image/svg+xml' in page.text
    app, path = pyotp.TOTP(shown["secret"]), f"{SECURITY}/app/code"
    wrong = await send(browser, SECURITY, path, shown | {"code": "000000"})
    assert wrong.status_code == 422
    assert shown["secret"] in wrong.text
    code = app.at(clock.now() - timedelta(seconds=30))  # the next one is for signing in
    done = await send(browser, SECURITY, path, shown | {"code": code})
    assert "ils ne seront plus jamais montrés" in done.text
    return app, re.findall(r"<li>([^<]{8,})</li>", done.text)


async def test_an_app_makes_signing_in_two_steps(charlie: httpx.AsyncClient) -> None:
    app, _ = await an_app(charlie)
    await send(charlie, SECURITY, "/account/sign-out", {})
    second = await send(charlie, "/sign-in", "/sign-in", CHARLIE | {"next": "/account/codes"})
    assert "account_refresh" not in charlie.cookies
    step = {"challenge": _hidden(second.text, "challenge"), "next": "/account/codes"}
    refused = await send(charlie, "/sign-in", "/sign-in/second", step | {"code": "000000"})
    assert refused.status_code == 401
    assert _hidden(refused.text, "challenge") == step["challenge"]
    code = app.at(clock.now())
    answer = await send(charlie, "/sign-in", "/sign-in/second", step | {"code": code})
    assert answer.headers["location"] == "/account/codes"


async def test_recovery_codes_are_shown_once_and_open_the_account_without_the_app(
    charlie: httpx.AsyncClient,
) -> None:
    _, recovery = await an_app(charlie)
    assert len(recovery) >= 8
    assert recovery[0] not in (await see(charlie, SECURITY)).text
    await send(charlie, SECURITY, "/account/sign-out", {})
    second = await send(charlie, "/sign-in", "/sign-in", CHARLIE)
    step = {"challenge": _hidden(second.text, "challenge"), "code": recovery[0]}
    answer = await send(charlie, "/sign-in", "/sign-in/second", step)
    assert answer.headers["location"] == "/account"


async def test_a_code_is_added_and_let_go(charlie: httpx.AsyncClient, tokens_app: FastAPI) -> None:
    here = "/account/codes"
    wrong = await send(charlie, here, here, {"code": "OM43-AAAA-AAAA"})
    assert wrong.status_code == 404
    assert "Ce code n’ouvre rien" in wrong.text
    assert 'value="OM43-AAAA-AAAA"' in wrong.text
    token = await tokens.a_token(tokens_app)
    assert (await send(charlie, here, here, {"code": token.code})).status_code == 303
    page = await see(charlie, here)
    assert token.code in page.text
    release = re.search(r'action="(/account/codes/[^"]+/release)"', page.text)
    assert release
    await send(charlie, here, release[1], {})
    assert token.code not in (await see(charlie, here)).text


def _hidden(text: str, name: str) -> str:
    found = re.search(rf'type="hidden" name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1].replace("&amp;", "&")
