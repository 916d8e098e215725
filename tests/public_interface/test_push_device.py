"""A device is connected in a real Chromium, and shows what is pushed to it.

No push service can be reached from here, so the browser's own subscribing is stood in for; what its
worker does with a push is real.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import CDPSession, Page, async_playwright, expect

from kit.contracts.publisher.client import PublisherClient
from suite.browser import find_chromium
from tests.fakes.push_service import PushService
from tests.journeys.cinema import served
from tests.journeys.running import FLAGS, free_ports
from tests.public_interface.test_places import (
    HERE,
    at_home,
    charlie,
    provider,
    publisher_app,
    push_service,
    telegram,
)
from tests.publisher_service.channels.conftest import until

__all__ = ["at_home", "charlie", "provider", "publisher_app", "push_service", "telegram"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
SUBSCRIBING = """
const given = %s;
PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
  localStorage.setItem("asked", applicationServerKey);
  localStorage.setItem("endpoint", given.endpoint);
  return { toJSON: () => given };
};
PushManager.prototype.getSubscription = async () =>
  localStorage.getItem("endpoint") && { endpoint: localStorage.getItem("endpoint") };
"""


@pytest.fixture
async def address(app: FastAPI, publisher_app: FastAPI) -> AsyncIterator[str]:
    """Serve the portal and the notices on real ports: the bell's stream needs them."""
    portal, notices = free_ports(2)
    client = PublisherClient.at(app.state.settings, f"http://127.0.0.1:{notices}")
    async with served((app, portal), (publisher_app, notices)):
        app.state.clients[PublisherClient] = client
        yield f"http://127.0.0.1:{portal}"
        app.state.stopping.set()
        publisher_app.state.stopping.set()


@pytest.fixture
async def page(
    address: str, at_home: httpx.AsyncClient, push_service: PushService
) -> AsyncIterator[Page]:
    """Open a browser that Charlie has signed in with; nothing may break there."""
    given = push_service.subscribe("phone").subscription
    troubles: list[str] = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        context = await chromium.new_context(locale="fr-FR", base_url=address)
        await context.grant_permissions(["notifications"])
        await context.add_cookies(
            [
                {"name": name, "value": value, "url": address}
                for name, value in at_home.cookies.items()
            ]
        )
        await context.add_init_script(SUBSCRIBING % given.model_dump_json())
        found = await context.new_page()
        found.set_default_timeout(45_000)
        found.on("pageerror", lambda error: troubles.append(str(error)))
        yield found
        await chromium.close()
    assert troubles == []


async def test_a_device_is_connected_knows_itself_and_shows_a_push(
    page: Page, push_service: PushService
) -> None:
    await page.goto(HERE)
    await page.get_by_role("button", name="Recevoir sur cet appareil").click()
    await expect(page.get_by_text("Cet appareil", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Recevoir sur cet appareil")).to_be_hidden()
    assert await page.evaluate("localStorage.getItem('asked')") == push_service.vapid
    await page.get_by_role("button", name="Essayer").click()
    device = push_service.devices["phone"]
    await until(lambda: device.taken)
    content = device.taken[0].content
    wire = await page.context.new_cdp_session(page)
    for _ in range(2):  # what comes twice is seen once
        await pushed(wire, page, content)
    shown = await notifications(page, content["tag"])
    assert [(one["title"], one["data"]) for one in shown] == [(content["title"], content["url"])]


async def pushed(wire: CDPSession, page: Page, content: dict[str, Any]) -> None:
    """Deliver a push to the worker, as the browser does once it has decrypted one."""
    known: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def told(event: dict[str, Any]) -> None:
        for one in event["registrations"]:
            if not known.done():
                known.set_result(one["registrationId"])

    wire.on("ServiceWorker.workerRegistrationUpdated", told)
    await wire.send("ServiceWorker.enable")
    registration = await asyncio.wait_for(known, 20)
    origin = await page.evaluate("location.origin")
    await wire.send(
        "ServiceWorker.deliverPushMessage",
        {"origin": origin, "registrationId": registration, "data": json.dumps(content)},
    )
    await wire.send("ServiceWorker.disable")


async def notifications(page: Page, tag: str) -> list[dict[str, Any]]:
    """Wait until a notification is shown, and return all of them."""
    look = """async () => (await (await navigator.serviceWorker.ready).getNotifications())
        .map(({ title, data, tag }) => ({ title, data, tag }))"""
    async with asyncio.timeout(20):
        while True:
            found: list[dict[str, Any]] = await page.evaluate(look)
            if any(one["tag"] == tag for one in found):
                return found
            await asyncio.sleep(0.05)
