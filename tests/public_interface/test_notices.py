"""What somebody is told in the portal, live and afterwards, and how they choose it."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from kit.contracts.accounts import SignedIn
from kit.contracts.publisher.client import PublisherClient
from public_interface.settings import Settings
from tests.admin_interface.browsing import see, send
from tests.factories import accounts
from tests.factories.accounts import PASSWORD
from tests.factories.publisher import a_piece_of_news, as_service
from tests.journeys.cinema import served
from tests.journeys.running import free_ports

HERE, WISHES = "/account/notices", "/account/notices/wishes"


@pytest.fixture
async def charlie(accounts_app: FastAPI) -> SignedIn:
    return await accounts.a_viewer(accounts_app)


@pytest.fixture
async def at_home(browser: httpx.AsyncClient, charlie: SignedIn) -> httpx.AsyncClient:
    """Give a browser that Charlie has signed in with."""
    form = {"email": charlie.account.email, "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    return browser


async def test_news_is_listed_and_marked_as_read(
    at_home: httpx.AsyncClient, charlie: SignedIn, publisher_app: FastAPI
) -> None:
    assert "Rien de nouveau" in (await see(at_home, HERE)).text
    for title in ("Sira", "Lagune"):
        await as_service(publisher_app).notify(a_piece_of_news(charlie.account.id, title))
    page = await see(at_home, HERE)
    assert page.text.count('data-state="new"') == 2
    assert 'href="https://portal.example.org/films/sira"' in page.text
    one = re.search(r'action="(/account/notices/[^"]+/reading)"', page.text)
    assert one
    assert (await send(at_home, HERE, one[1], {})).headers["location"] == HERE
    assert (await see(at_home, HERE)).text.count('data-state="new"') == 1
    await send(at_home, HERE, f"{HERE}/readings", {})
    assert 'data-state="new"' not in (await see(at_home, HERE)).text


async def test_somebody_chooses_what_comes_by_mail_and_is_left_alone_at_night(
    at_home: httpx.AsyncClient,
) -> None:
    page = await see(at_home, WISHES)
    shown = re.findall(r'name="shown" value="([^"]+)"', page.text)
    assert "film.published email" in shown
    assert "account.new_sign_in email" not in shown
    kept = [each for each in shown if each != "film.published email"]
    form = {"shown": shown, "on": kept, "quiet_from": "22:00", "quiet_until": "06:30",
            "zone": "Africa/Lagos", "digest": "daily"}  # fmt: skip
    answer = await send(at_home, WISHES, WISHES, form)
    assert answer.headers["location"] == WISHES
    page = await see(at_home, WISHES)
    box = re.search(r'<input[^>]*value="film.published email"[^>]*aria-label[^>]*>', page.text)
    assert box
    assert "checked" not in box[0]
    assert 'value="22:00"' in page.text
    assert '<option value="daily" selected>' in page.text
    half = await send(at_home, WISHES, WISHES, form | {"quiet_until": ""})
    assert half.status_code == 422
    assert "Donnez les deux heures" in half.text


@pytest.fixture
async def address(app: FastAPI, publisher_app: FastAPI) -> AsyncIterator[str]:
    """Serve the portal and the notices on real ports: streams need them."""
    portal, notices = free_ports(2)
    settings: Settings = app.state.settings
    client = PublisherClient.at(settings, f"http://127.0.0.1:{notices}")
    async with served((app, portal), (publisher_app, notices)):
        app.state.clients[PublisherClient] = client
        yield f"http://127.0.0.1:{portal}"
        app.state.stopping.set()
        publisher_app.state.stopping.set()


async def test_news_arrives_while_one_looks(
    at_home: httpx.AsyncClient, charlie: SignedIn, publisher_app: FastAPI, address: str
) -> None:
    cookies = dict(at_home.cookies)
    async with (
        httpx.AsyncClient(base_url=address, cookies=cookies, timeout=30) as browser,
        browser.stream("GET", f"{HERE}/stream") as live,
    ):
        assert live.headers["content-type"].startswith("text/event-stream")
        said = live.aiter_lines()
        assert '"unread":0' in await _next(said)
        await as_service(publisher_app).notify(a_piece_of_news(charlie.account.id, "Sira"))
        news = await _next(said)
        assert '"unread":1' in news
        assert "Sira" in news


async def test_the_stream_is_for_who_is_signed_in(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"{HERE}/stream", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 401


async def _next(lines: AsyncIterator[str]) -> str:
    async for line in lines:
        if line.startswith("data:"):
            return line
    raise AssertionError("the stream ended")
