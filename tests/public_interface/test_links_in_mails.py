"""Every link of every mail leads to a page of the portal."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
from fastapi import FastAPI

from kit.contracts.accounts import SignedIn
from kit.contracts.accounts.identity import EmailChange, LinkKind, LinkNew, SignUp
from kit.contracts.accounts.profiles import DeletionNew
from kit.contracts.accounts.studios import InvitationNew
from kit.db import new_id
from publisher_service.actions import wording
from publisher_service.actions.tools import Target, Tools
from publisher_service.rules import values
from publisher_service.rules.kinds import KINDS, Kind
from tests.accounts_service.mails import Mails, secrets_of
from tests.admin_interface.browsing import check_house_rules, send
from tests.factories import accounts
from tests.factories.accounts import PASSWORD
from tests.factories.catalog import a_published_film
from tests.public_interface.conftest import believe

Told = dict[str, dict[str, Any]]
CHARLIE = "charlie@example.org"
LINK = re.compile(r'href="([^"]+)"')


async def told_by_accounts(app: FastAPI, mails: Mails, charlie: SignedIn) -> Told:
    """Let accounts_service write every mail with a link, and return what each of them says."""
    stranger, owner = accounts.as_stranger(app), await accounts.an_owner(app)
    me = stranger.acting(charlie.access_token)
    for email in ("awa@example.org", CHARLIE):
        await stranger.sign_up(SignUp(email=email, name="Awa", password="une pirogue sans voile"))
    for kind in (LinkKind.sign_in, LinkKind.password_reset):
        await stranger.ask_link(LinkNew(email=CHARLIE, kind=kind))
    await me.change_email(EmailChange(email="new@example.org"))
    await me.plan_deletion(DeletionNew(password=PASSWORD))
    invitation = InvitationNew.model_validate({"email": "bob@example.org", "role": "crew"})
    await stranger.acting(owner.access_token).invite(invitation)
    kinds = ("verify_email", "exists", "sign_in_link", "password_reset", "email_change",
             "deletion_planned", "invited")  # fmt: skip
    found = [await mails.next(f"account.{kind}") for kind in kinds]
    return {one.kind: {**one.values, **(secrets_of(one) if one.sealed else {})} for one in found}


def mail(tools: Tools, kind: Kind, said: Mapping[str, Any], language: str) -> str:
    locale = values.language(language)
    target = Target(kind.name, CHARLIE, new_id())
    to = wording.Envelope(
        key=new_id(),
        locale=locale,
        address=CHARLIE,
        one_click_url=None if kind.is_fixed else tools.unsubscribe_url(target),
    )
    return wording.written(tools, wording.words_of({}, kind.name, locale), kind, said, to).html


async def test_every_link_of_every_kind_of_mail_opens_a_page(
    browser: httpx.AsyncClient,
    accounts_app: FastAPI,
    publisher_app: FastAPI,
    catalog_app: FastAPI,
    library_app: FastAPI,
    mails: Mails,
) -> None:
    charlie = await accounts.a_viewer(accounts_app)
    form = {"email": CHARLIE, "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    film = await a_published_film(catalog_app, library_app, title="Sira")
    believe(catalog_app, accounts_app)  # the factory showed it other keys
    portal = publisher_app.state.settings.portal_public_url
    told = await told_by_accounts(accounts_app, mails, charlie)
    usual = {"link": f"{portal}/account/privacy", "url": f"{portal}/films/{film.slug}"}
    addresses = set()
    for kind in KINDS.values():
        made_up = {**values.made_up(kind.values, "fr"), **usual, "items": usual["url"]}
        for language in ("fr", "en"):
            html = mail(publisher_app.state.tools, kind, told.get(kind.name, made_up), language)
            assert "{" not in html.partition("<body")[2], kind.name
            addresses |= {urlsplit(found).path or "/" for found in LINK.findall(html)}
    assert {path.split("/")[1] for path in addresses} >= {"l", "account", "films", "unsubscribe"}
    for path in sorted(addresses):
        answer = await browser.get(path)
        assert answer.status_code == 200, (path, answer.headers.get("location"))
        check_house_rules(answer)
