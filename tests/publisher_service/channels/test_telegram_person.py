"""Somebody connects a chat with the studio's bot, is told there, and can leave."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from publisher_service.actions import talking
from publisher_service.settings import Settings
from tests.cast import ALICE
from tests.factories.publisher import a_piece_of_news
from tests.fakes.network import answer_lost, dropped
from tests.fakes.telegram import too_fast
from tests.publisher_service.channels.conftest import carried, until
from tests.wiring import http

TELEGRAM = ChannelName.telegram
CHAT = 4711


@pytest.fixture
def tells(app, telegram):
    """Return a function by which Telegram tells the service what was said in a chat."""

    async def tell(text: str, chat: int = CHAT, language: str = "fr") -> dict[str, str]:
        secret = talking.secret(app.state.tools)
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret}
        async with http(app) as line:
            update = telegram.says(chat, text, language)
            answer = await line.post("/telegram/updates", json=update, headers=headers)
        found: dict[str, str] = answer.raise_for_status().json()
        return found

    return tell


async def start_of(person: PublisherClient) -> str:
    """Return what Telegram sends when the person has followed the link and pressed Start."""
    found = urlsplit((await person.connect_telegram()).url)
    assert (found.netloc, found.path) == ("t.me", "/maison_bot")
    return f"/start {parse_qs(found.query)['start'][0]}"


async def test_a_chat_is_connected_once_told_and_left(alice, bob, client, telegram, tells):
    words = await start_of(alice)
    answer = await tells(words)
    assert (answer["method"], answer["chat_id"]) == ("sendMessage", str(CHAT))
    assert "C’est fait" in answer["text"]
    assert "déjà reliée" in (await tells(words))["text"]  # the same update again
    assert "expired" in (await tells(words, 99, "en-GB"))["text"]  # nobody else's
    (place,) = (await alice.channels()).items
    assert (place.channel, place.label) == (TELEGRAM, f"@person{CHAT}")
    await client.notify(new := a_piece_of_news(ALICE))
    (text,) = await until(lambda: telegram.to(CHAT))
    assert "Sira" in text
    assert "https://portal.example.org/films/sira" in text
    assert (await carried(client, new.id, TELEGRAM)).provider_id
    assert "ne vous écrit plus" in (await tells("/stop"))["text"]
    assert (await alice.channels()).items == []
    assert (await bob.channels()).items == []


async def test_a_person_who_blocked_the_bot_is_told_there_no_more(alice, client, telegram, tells):
    await tells(await start_of(alice))
    telegram.blocked.add(CHAT)
    await client.notify(new := a_piece_of_news(ALICE))
    found = await carried(client, new.id, TELEGRAM, DeliveryState.failed)
    assert [one.outcome for one in found.attempts] == ["refused"]
    assert (await alice.channels()).items == []


async def test_nothing_is_said_twice_when_nobody_knows(alice, client, telegram, tells):
    await tells(await start_of(alice))
    telegram.troubles.append(answer_lost("/sendMessage"))
    await client.notify(new := a_piece_of_news(ALICE))
    await carried(client, new.id, TELEGRAM, DeliveryState.unsure)
    assert len(telegram.to(CHAT)) == 1


async def test_telegram_is_given_the_time_it_asks_for(alice, client, telegram, tells):
    await tells(await start_of(alice))
    telegram.troubles.append(too_fast(1))
    await client.notify(new := a_piece_of_news(ALICE))
    found = await carried(client, new.id, TELEGRAM)
    assert [one.outcome for one in found.attempts] == ["later", "sent"]


async def test_only_telegram_tells_updates(app, alice, telegram):
    words = await start_of(alice)
    async with http(app) as line:
        update = telegram.says(CHAT, words)
        wrong = {"X-Telegram-Bot-Api-Secret-Token": "guessed"}
        answer: httpx.Response = await line.post("/telegram/updates", json=update, headers=wrong)
    assert answer.status_code == 401
    assert (await alice.channels()).items == []


async def test_telegram_is_told_where_we_are(app, telegram):
    await until(lambda: telegram.webhook)
    assert telegram.webhook["url"] == "https://publisher.example.org/telegram/updates"
    assert telegram.webhook["secret_token"] == talking.secret(app.state.tools)


class TestWithoutAPublicAddress:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"telegram_webhook_url": ""})

    async def test_the_bot_asks_and_answers_by_itself(self, alice, telegram, monkeypatch):
        monkeypatch.setattr("publisher_service.actions.polling.PAUSE_SECONDS", 0.05)
        telegram.troubles.append(dropped("/getUpdates"))
        telegram.says(CHAT, await start_of(alice), "en")
        (text,) = await until(lambda: telegram.to(CHAT))
        assert text.startswith("Done")
        (place,) = (await alice.channels()).items
        assert place.channel is TELEGRAM
