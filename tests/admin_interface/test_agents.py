"""An agent's dashboard: the counter, their own security, and nothing else."""

import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from admin_interface.rules import parts
from kit.auth import Caller
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import PASSWORD, Studio
from tests.admin_interface.test_people import a_viewer
from tests.contracts.permissions.asking import doors
from tests.wiring import http

COUNTER = parts.COUNTER
BATCH = {"title": "Gare routière", "agency": "Adjamé", "amount": "1000", "currency": "XOF",
         "count": "2", "days": "90"}  # fmt: skip
EVERYBODYS = (
    "/sign-in",
    "/setup",
    "/security",
    "/images",
    "/static",
    "/_patterns",
    "/openapi.json",
    COUNTER,
)


async def with_role(
    dana: httpx.AsyncClient, studio: Studio, role: str, email: str
) -> AsyncIterator[httpx.AsyncClient]:
    """Open a browser where somebody with this role alone is signed in."""
    person = await a_viewer(studio, email, "Edem")
    here = f"/people/{person.id}"
    await send(dana, here, f"{here}/roles", {"roles": [role]})
    async with http(studio.app) as browser:
        browser.headers.update({"Accept": "text/html", "Sec-Fetch-Site": "same-origin"})
        await send(browser, "/sign-in", "/sign-in", {"email": email, "password": PASSWORD})
        yield browser


@pytest.fixture
async def agent(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> AsyncIterator[httpx.AsyncClient]:
    async for browser in with_role(dana, studio, "agent", "edem@example.com"):
        yield browser


def parts_named(page: httpx.Response) -> set[str]:
    """Return where the rail of this page leads."""
    nav = re.search(r'<nav class="rail-nav".*?</nav>', page.text, re.DOTALL)
    assert nav
    return set(re.findall(r'<a href="([^"]+)"', nav[0]))


async def test_an_agents_desk_is_the_counter_and_their_own_security(
    agent: httpx.AsyncClient,
) -> None:
    first = await agent.get("/")
    assert (first.status_code, first.headers["location"]) == (303, COUNTER)
    page = await see(agent, COUNTER)
    assert parts_named(page) == {COUNTER, "/security"}
    assert 'href="/money/vouchers"' not in page.text
    assert parts_named(await see(agent, "/security")) == {COUNTER, "/security"}


async def test_every_other_page_is_closed_to_an_agent(
    agent: httpx.AsyncClient, dana: httpx.AsyncClient, studio: Studio
) -> None:
    pages = [door.removeprefix("GET ") for door in doors(studio.app) if door.startswith("GET ")]
    paths = {re.sub(r"{[^}]+}", str(uuid4()), page) for page in pages}
    closed = {path for path in paths if path != "/" and not path.startswith(EVERYBODYS)}
    assert len(closed) > 40
    statuses = {path: (await agent.get(path)).status_code for path in sorted(closed)}
    assert {path: status for path, status in statuses.items() if status != 403} == {}


async def test_an_agent_sells_what_was_printed(
    agent: httpx.AsyncClient, dana: httpx.AsyncClient
) -> None:
    made = await send(dana, "/money/vouchers", "/money/vouchers", BATCH | {"key": str(uuid4())})
    codes = (await dana.get(f"{made.headers['location']}/codes.csv")).text
    code = next(one for one in re.split(r"[\s,;]+", codes) if one.count("-") >= 2)
    assert "J’ai reçu" in (await send(agent, COUNTER, COUNTER, {"code": code})).text
    await send(agent, COUNTER, COUNTER, {"code": code, "of": "voucher"})
    assert "Vendu" in (await send(agent, COUNTER, COUNTER, {"code": code})).text
    assert "Edem" in (await see(dana, "/money/vouchers")).text
    assert ">Edem</a>" in (await see(dana, made.headers["location"])).text


async def test_who_may_not_change_films_gets_no_signature_to_replace_one(
    dana: httpx.AsyncClient, studio: Studio
) -> None:
    async for browser in with_role(dana, studio, "moderator", "kofi@example.com"):
        browser.headers["Accept"] = "application/json"
        token = re.search(r'name="csrf" value="([^"]+)"', (await see(browser, "/films")).text)
        assert token
        answer = await browser.post(
            f"/uploads/{uuid4()}/signature", headers={"X-CSRF-Token": token[1]}
        )
        assert (answer.status_code, answer.json()["error"]) == (403, "NotTheirPart")


def test_a_desk_begins_where_its_role_may_be() -> None:
    begins = {
        role: parts.first_page(Caller("person", roles=frozenset({role})))
        for role in ("owner", "moderator", "agent", "crew")
    }
    assert begins == {"owner": "/", "moderator": "/", "agent": COUNTER, "crew": "/security"}


def test_the_longest_beginning_decides() -> None:
    assert parts.needed(COUNTER) == "vouchers:confirm"
    assert parts.needed("/money/vouchers") == "money:read"
    assert parts.needed("/moneybox") == ""
