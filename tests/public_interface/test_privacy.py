"""What somebody agrees to, everything known of them, and being forgotten."""

import io
import re
import zipfile

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from accounts_service.actions import forgetting
from accounts_service.models.factors import SessionProof
from accounts_service.models.profiles import Export
from accounts_service.queries import privacy
from kit import clock
from kit.client import Signer
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.settings import WEAK
from tests.accounts_service.mails import Mails, secrets_of
from tests.admin_interface.browsing import see, send
from tests.factories import accounts
from tests.factories.accounts import PASSWORD, set_back
from tests.public_interface.conftest import visitor
from tests.wiring import http

HERE = "/account/privacy"


@pytest.fixture
async def charlie(browser: httpx.AsyncClient, accounts_app: FastAPI) -> httpx.AsyncClient:
    await accounts.a_viewer(accounts_app)
    form = {"email": "charlie@example.org", "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    return browser


async def test_one_agrees_and_takes_it_back(charlie: httpx.AsyncClient) -> None:
    path = f"{HERE}/consents"
    assert "checked" not in (await see(charlie, HERE)).text
    await send(charlie, HERE, path, {"granted": ["newsletter", "statistics"]})
    assert (await see(charlie, HERE)).text.count(" checked") == 2
    await send(charlie, HERE, path, {})
    assert " checked" not in (await see(charlie, HERE)).text


async def test_everything_known_is_asked_for(charlie: httpx.AsyncClient) -> None:
    await send(charlie, HERE, f"{HERE}/exports", {})
    page = await see(charlie, HERE)
    assert "Nous rassemblons tout" in page.text
    assert "Demandée le" in page.text


async def is_built(accounts_app: FastAPI, tokens_app: FastAPI, publisher_app: FastAPI) -> None:
    """Do what the job does, which knows no way to the other services here."""
    name = "accounts_service"
    clients = [
        TokensClient(http(tokens_app), Signer(WEAK, name, "tokens_service")),
        PublisherClient(http(publisher_app), Signer(WEAK, name, "publisher_service")),
    ]
    transaction = accounts_app.state.database.sessions.begin
    async with transaction() as session:
        made = (await session.scalars(select(Export))).one()
    await forgetting.build_export(transaction, accounts_app.state.tools, clients, made.id)


def holds_everything(archive: httpx.Response) -> None:
    assert archive.headers["content-type"] == "application/zip"
    assert archive.headers["cache-control"] == "no-store"
    assert "attachment" in archive.headers["content-disposition"]
    with zipfile.ZipFile(io.BytesIO(archive.content)) as found:
        told = {name: found.read(name).decode() for name in found.namelist()}
    assert {"accounts_service.json", "tokens_service.json", "publisher_service.json"} <= set(told)
    assert "charlie@example.org" in told["accounts_service.json"]


async def is_kept_from_alice(app: FastAPI, accounts_app: FastAPI, address: str) -> None:
    await accounts.a_viewer(accounts_app, "alice@example.org")
    async with visitor(app) as alice:
        assert (await alice.get(address)).headers["location"].startswith("/sign-in")
        form = {"email": "alice@example.org", "password": PASSWORD}
        await send(alice, "/sign-in", "/sign-in", form)
        assert (await alice.get(address)).status_code == 404


async def test_the_archive_arrives_is_one_s_own_and_expires(
    charlie: httpx.AsyncClient,
    app: FastAPI,
    accounts_app: FastAPI,
    tokens_app: FastAPI,
    publisher_app: FastAPI,
    mails: Mails,
) -> None:
    await send(charlie, HERE, f"{HERE}/exports", {})
    assert "disabled" in (await see(charlie, HERE)).text
    await is_built(accounts_app, tokens_app, publisher_app)
    link: str = secrets_of(await mails.next("account.export_ready"))["link"]
    assert link.endswith(HERE)
    page = await see(charlie, HERE)
    assert "prête" in page.text
    address = re.search(rf'href="({HERE}/exports/[^"]+)"', page.text)
    assert address
    holds_everything(await charlie.get(address[1]))
    await is_kept_from_alice(app, accounts_app, address[1])
    await set_back(accounts_app, Export.expires_at, days=365)
    assert (await charlie.get(address[1])).status_code == 404
    async with accounts_app.state.database.sessions.begin() as session:
        await privacy.expire_exports(session, clock.now())
    page = await see(charlie, HERE)
    assert "expirée" in page.text
    assert address[1] not in page.text


async def test_an_account_is_to_be_deleted_and_then_kept_after_all(
    charlie: httpx.AsyncClient,
) -> None:
    wrong = await send(charlie, HERE, f"{HERE}/deletion", {"password": "not this one"})
    assert 'id="f-password-about"' in wrong.text
    answer = await send(charlie, HERE, f"{HERE}/deletion", {"password": PASSWORD})
    assert answer.headers["location"] == HERE
    assert "Le compte sera supprimé le" in (await see(charlie, HERE)).text
    await send(charlie, HERE, f"{HERE}/deletion/withdrawal", {})
    assert "Votre compte reste" in (await see(charlie, HERE)).text


async def test_who_has_no_password_confirms_before_deleting_the_account(
    browser: httpx.AsyncClient, accounts_app: FastAPI, mails: Mails
) -> None:
    await send(browser, "/sign-up", "/sign-up", {"name": "Awa", "email": "awa@example.org"})
    link = f"/l/{await mails.next_token('account.verify_email')}"
    await send(browser, link, link, {})
    assert 'name="password"' not in (await see(browser, HERE)).text
    await set_back(accounts_app, SessionProof.confirmed_at, days=1)
    answer = await send(browser, HERE, f"{HERE}/deletion", {})
    assert answer.headers["location"] == f"/account/confirm?next={HERE}"
    page = await see(browser, answer.headers["location"])
    assert f'href="/sign-in?next={HERE}"' in page.text  # no other way to show who one is
