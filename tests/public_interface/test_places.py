"""Where somebody is reached, in a browser without scripts: only what the studio has set up."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from kit.client import Signer
from kit.contracts.accounts import AccountsClient, SignedIn
from kit.settings import WEAK
from public_interface.rules import device_name
from publisher_service.actions import talking
from publisher_service.app import create_app
from publisher_service.rules import push
from publisher_service.settings import Settings
from tests.admin_interface.browsing import see, send
from tests.conftest import DatabaseUrl, Start
from tests.factories import accounts
from tests.factories.accounts import PASSWORD
from tests.fakes.phone_provider import PhoneProvider
from tests.fakes.push_service import PushService
from tests.fakes.telegram import TOKEN, Telegram
from tests.publisher_service.channels.conftest import VAPID, until
from tests.wiring import http

HERE = "/account/notices/wishes"


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with Telegram() as found:
        yield found


@pytest.fixture
async def provider() -> AsyncIterator[PhoneProvider]:
    async with PhoneProvider() as found:
        yield found


@pytest.fixture
async def push_service() -> AsyncIterator[PushService]:
    async with PushService(push.public_key(push.vapid_key(VAPID))) as found:
        yield found


@pytest.fixture
async def publisher_app(
    database_url: DatabaseUrl, valkey_url: str, accounts_app: FastAPI, start: Start,
    telegram: Telegram, provider: PhoneProvider,
) -> FastAPI:  # fmt: skip
    settings = Settings.model_validate({
        "environment": "test", "database_url": database_url("publisher_service"),
        "valkey_url": valkey_url, "portal_public_url": "http://portal.test",
        "vapid_private_key": VAPID, "private_push": True,
        "telegram_token": TOKEN, "telegram_username": "maison_bot",
        "telegram_api_url": telegram.url, "telegram_webhook_url": "https://x.example.org/t",
        "sms_url": f"{provider.url}/sms", "sms_header": "Authorization: Bearer sms-key",
        "sms_body": '{"to": "{to}", "text": "{text}", "id": "{id}"}',
    })  # fmt: skip
    signer = Signer(WEAK, "publisher_service", "accounts_service")
    return await start(create_app(settings, AccountsClient(http(accounts_app), signer)))


@pytest.fixture
async def charlie(accounts_app: FastAPI) -> SignedIn:
    return await accounts.a_viewer(accounts_app)


@pytest.fixture
async def at_home(browser: httpx.AsyncClient, charlie: SignedIn) -> httpx.AsyncClient:
    form = {"email": charlie.account.email, "password": PASSWORD}
    assert (await send(browser, "/sign-in", "/sign-in", form)).status_code == 303
    return browser


async def test_each_place_is_connected_tried_out_and_removed(
    at_home: httpx.AsyncClient, publisher_app: FastAPI, telegram: Telegram,
    provider: PhoneProvider, push_service: PushService,
) -> None:  # fmt: skip
    page = await see(at_home, HERE)
    assert "WhatsApp" not in page.text  # not set up here
    assert 'value="film.published telegram"' not in page.text  # set up, but not connected yet
    await connects_a_device(at_home, push_service)
    await connects_telegram(at_home, publisher_app, telegram)
    await connects_a_number(at_home, provider)
    page = await see(at_home, HERE)
    for channel in ("web_push", "telegram", "sms"):
        assert f'value="film.published {channel}"' in page.text
        assert f'value="account.new_sign_in {channel}"' in page.text  # for who wants that too
    assert 'value="account.new_sign_in email"' not in page.text  # it comes always
    trials = re.findall(r'action="(/account/notices/places/[^"]+/trial)"', page.text)
    for each in trials:
        await send(at_home, HERE, each, {})
    device = push_service.devices["phone"]
    await until(lambda: device.taken and telegram.to(4711) and len(provider.sent) == 2)
    for each in trials:
        await send(at_home, HERE, each.replace("trial", "removal"), {})
    assert "/removal" not in (await see(at_home, HERE)).text


async def connects_a_device(browser: httpx.AsyncClient, push_service: PushService) -> None:
    given = push_service.subscribe("phone").subscription
    form = {"endpoint": given.endpoint, **given.keys.model_dump()}
    answer = await send(browser, HERE, "/account/notices/devices", form)
    assert answer.headers["location"] == f"{HERE}#places"
    assert f'data-end="{given.endpoint[-4:]}"' in (await see(browser, HERE)).text


async def connects_telegram(
    browser: httpx.AsyncClient, publisher: FastAPI, telegram: Telegram
) -> None:
    page = await send(browser, HERE, "/account/notices/telegram", {})
    found = re.search(r'href="https://t\.me/maison_bot\?start=([^"]+)"', page.text)
    assert found
    update = telegram.says(4711, f"/start {found[1]}")
    shown = {"X-Telegram-Bot-Api-Secret-Token": talking.secret(publisher.state.tools)}
    async with http(publisher) as line:
        assert (await line.post("/telegram/updates", json=update, headers=shown)).is_success
    assert "@person4711" in (await see(browser, HERE)).text


async def connects_a_number(browser: httpx.AsyncClient, provider: PhoneProvider) -> None:
    phones = "/account/notices/phones"
    wrong = await send(browser, HERE, phones, {"channel": "sms", "number": "123456"})
    assert "mobile" in (await see(browser, wrong.headers["location"])).text
    await send(browser, HERE, phones, {"channel": "sms", "number": "07 01 02 03 04"})
    assert "+2250701020304" in (await see(browser, HERE)).text
    await until(lambda: provider.sent)
    code = re.findall(r"\d{6}", provider.sent[-1].text)[0]
    typed = {"channel": "sms", "code": f"{code[:3]} {code[3:]}"}
    await send(browser, HERE, f"{phones}/codes", typed)
    assert "+225 … 04" in (await see(browser, HERE)).text


async def test_the_worker_stays_at_its_address_and_answers_no_requests(
    browser: httpx.AsyncClient,
) -> None:
    answer = await browser.get("/push-worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert answer.headers["cache-control"] == "no-cache"
    assert "showNotification" in answer.text
    assert '"fetch"' not in answer.text


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8", ""),
    ],
)  # fmt: skip
def test_a_device_is_named_as_its_person_would(user_agent: str, name: str) -> None:
    assert device_name(user_agent) == name
