"""A publisher_service with every channel, each beside its simulator; people who are reached."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI

from kit.client import Signer
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import ChannelName, Delivery, DeliveryQuery, DeliveryState
from kit.contracts.publisher.wishes import Choice, PreferencesChange
from publisher_service.app import create_app
from publisher_service.rules import push
from publisher_service.settings import Settings
from tests.cast import BOB
from tests.conftest import Start
from tests.factories.publisher import an_account, as_person
from tests.fakes.phone_provider import PhoneProvider
from tests.fakes.push_service import VAPID, PushService
from tests.fakes.telegram import TOKEN, Telegram
from tests.wiring import http


@pytest.fixture
async def push_service() -> AsyncIterator[PushService]:
    async with PushService(push.public_key(push.vapid_key(VAPID))) as found:
        yield found


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with Telegram() as found:
        yield found


@pytest.fixture
async def provider() -> AsyncIterator[PhoneProvider]:
    async with PhoneProvider() as found:
        yield found


@pytest.fixture
def settings(
    settings: Settings, push_service: PushService, telegram: Telegram, provider: PhoneProvider
) -> Settings:
    changes = {
        "vapid_private_key": VAPID,
        "private_push": True,
        "telegram_token": TOKEN,
        "telegram_username": "maison_bot",
        "telegram_api_url": telegram.url,
        "telegram_webhook_url": "https://publisher.example.org/telegram/updates",
        "sms_url": f"{provider.url}/sms",
        "sms_header": "Authorization: Bearer sms-key",
        "sms_body": '{"to": "{to}", "text": "{text}", "id": "{id}"}',
        "sms_answer": "messages.0.id",
        "whatsapp_url": f"{provider.url}/whatsapp",
        "whatsapp_header": "X-Key: wa-key",
        "whatsapp_body": "to={digits}&text={text}&ref={id}",
        "phone_report_secret": "reports-secret",
        "phone_daily": 2,
    }
    return Settings.model_validate({**settings.model_dump(), **changes})


@pytest.fixture
async def app(settings: Settings, accounts_app: FastAPI, start: Start) -> FastAPI:
    secret = settings.suite_secret.get_secret_value()
    signer = Signer(secret, "publisher_service", "accounts_service")
    return await start(create_app(settings, AccountsClient(http(accounts_app), signer)))


@pytest.fixture
async def bob(app: FastAPI, accounts_app: FastAPI) -> PublisherClient:
    await an_account(accounts_app, BOB, "Bob", "bob@example.org")
    return as_person(app, BOB)


async def choose(person: PublisherClient, kind: str, channel: ChannelName) -> None:
    """Have this kind come by this channel."""
    choice = Choice(kind=kind, channel=channel, is_on=True)
    await person.change_preferences(PreferencesChange(choices=[choice]))


async def until(found: Callable[[], Any], seconds: float = 20) -> Any:
    """Wait until it is true, and return it."""
    async with asyncio.timeout(seconds):
        while True:
            if is_there := found():
                return is_there
            await asyncio.sleep(0.02)


async def carried(
    client: PublisherClient,
    notice_id: UUID,
    channel: ChannelName,
    state: DeliveryState = DeliveryState.sent,
) -> Delivery:
    """Wait until a delivery by this channel is in that state, and return it."""
    wanted = DeliveryQuery(notice_id=notice_id, channel=channel, state=state)
    async with asyncio.timeout(20):
        while True:
            if found := (await client.deliveries(wanted)).items:
                return await client.delivery(found[0].id)
            await asyncio.sleep(0.02)


__all__ = ["VAPID", "carried", "choose", "until"]
