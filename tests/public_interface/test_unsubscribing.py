"""The links that end e-mails: read by a person, pressed by a mail program."""

import re

import httpx
import pytest
from fastapi import FastAPI

from kit.auth import seal
from kit.contracts.accounts import SignedIn
from kit.settings import WEAK
from publisher_service.actions.tools import Target, Tools
from tests.admin_interface.browsing import see, send
from tests.factories import accounts
from tests.factories.accounts import PASSWORD
from tests.public_interface.conftest import visitor
from tests.wiring import http

WISHES = "/account/notices/wishes"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
async def charlie(accounts_app: FastAPI) -> SignedIn:
    return await accounts.a_viewer(accounts_app)


def path_of(publisher_app: FastAPI, person: SignedIn) -> str:
    """Return the path of the link that a mail about a new film carries."""
    tools: Tools = publisher_app.state.tools
    target = Target("film.published", person.account.email, person.account.id)
    return "/unsubscribe/" + tools.unsubscribe_url(target).rpartition("/")[2]


async def comes_by_mail(browser: httpx.AsyncClient) -> bool:
    found = re.search(
        r'<input type="checkbox"[^>]*value="film.published email"[^>]*>',
        (await see(browser, WISHES)).text,
    )
    assert found
    return "checked" in found[0]


async def test_a_mail_program_ends_one_kind_of_mail_by_one_post(
    app: FastAPI, browser: httpx.AsyncClient, publisher_app: FastAPI, charlie: SignedIn
) -> None:
    form = {"email": charlie.account.email, "password": PASSWORD}
    await send(browser, "/sign-in", "/sign-in", form)
    assert await comes_by_mail(browser)
    path = path_of(publisher_app, charlie)
    async with http(app) as program:  # no cookie, no Origin, no language, no Sec-Fetch-Site
        for _ in range(2):
            answer = await program.post(path, data=ONE_CLICK)
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
    assert not await comes_by_mail(browser)
    await send(browser, WISHES, WISHES, {"shown": ["film.published email"],
                                         "on": ["film.published email"]})  # fmt: skip
    assert await comes_by_mail(browser)


async def test_looking_at_the_link_ends_nothing_until_the_button_is_pressed(
    app: FastAPI, browser: httpx.AsyncClient, publisher_app: FastAPI, charlie: SignedIn
) -> None:
    path = path_of(publisher_app, charlie)
    async with visitor(app) as reader:
        page = await see(reader, path)
        assert "Nouveau film" in page.text
        assert "@example.org" in page.text
        assert charlie.account.email not in page.text  # whoever holds the link need not learn it
        assert "noindex" in page.headers["x-robots-tag"]
    form = {"email": charlie.account.email, "password": PASSWORD}
    await send(browser, "/sign-in", "/sign-in", form)
    assert await comes_by_mail(browser)
    assert "C’est fait" in (await send(browser, "/sign-in", path, {})).text
    assert not await comes_by_mail(browser)


async def test_a_link_that_was_changed_or_sealed_for_something_else_ends_nothing(
    browser: httpx.AsyncClient, publisher_app: FastAPI, charlie: SignedIn
) -> None:
    path = path_of(publisher_app, charlie)
    value = {"kind": "film.published", "email": charlie.account.email, "account": None}
    other = f"/unsubscribe/{seal(WEAK, 'another purpose', value)}"
    for wrong in (path[:-2], path[:-4] + "AAAA", other, "/unsubscribe/%00"):
        for answer in (await browser.get(wrong), await browser.post(wrong, data=ONE_CLICK)):
            assert answer.status_code == 422
            assert "Ce lien n’est pas entier" in answer.text
