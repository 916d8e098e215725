"""A number is proven by a code; then it gets what was chosen, and no more than a day allows."""

import re

import pytest

from kit.contracts.publisher.channel_errors import BadNumber, NoCodeWaiting, WrongCode
from kit.contracts.publisher.channels import PhoneCode, PhoneNew
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.errors import TooMany
from publisher_service.rules import phones
from tests.cast import ALICE
from tests.factories.publisher import a_piece_of_news
from tests.fakes.network import Trouble, answer_lost
from tests.fakes.phone_provider import PhoneProvider
from tests.publisher_service.channels.conftest import carried, choose, until
from tests.wiring import http

SMS, WHATSAPP = ChannelName.sms, ChannelName.whatsapp
NUMBER = "+2250701020304"


async def connect(
    person: PublisherClient, provider: PhoneProvider, channel: ChannelName = SMS
) -> None:
    """Prove a number, as its person would."""
    before = len(provider.sent)
    await person.add_phone(PhoneNew(channel=channel, number="07 01 02 03 04"))
    await until(lambda: len(provider.sent) > before)
    await person.confirm_phone(PhoneCode(channel=channel, code=code_in(provider)))


def code_in(provider: PhoneProvider) -> str:
    found = re.search(r"\b[0-9]{6}\b", provider.sent[-1].text)
    assert found
    return found[0]


async def test_a_number_gets_only_what_was_chosen(alice, client, provider):
    await connect(alice, provider)
    (place,) = (await alice.channels()).items
    assert (place.channel, place.label) == (SMS, "+225 … 04")
    await client.notify(first := a_piece_of_news(ALICE, "Lagune"))
    await carried(client, first.id, ChannelName.email)
    await choose(alice, "film.published", SMS)
    await client.notify(new := a_piece_of_news(ALICE, "L’été à Niamey"))
    found = await carried(client, new.id, SMS)
    assert found.provider_id == provider.sent[-1].id
    assert provider.sent[-1].reference == str(found.id)
    assert [one.to for one in provider.sent] == [NUMBER, NUMBER]
    assert "L'été à Niamey" in provider.sent[-1].text  # no letter that makes it dearer


async def test_whatsapp_is_a_request_of_another_shape(alice, client, provider):
    await connect(alice, provider, WHATSAPP)
    await choose(alice, "film.published", WHATSAPP)
    await client.notify(new := a_piece_of_news(ALICE, "Lagune & Cie"))
    await carried(client, new.id, WHATSAPP)
    assert provider.sent[-1].to == NUMBER[1:]
    assert "Lagune & Cie" in provider.sent[-1].text


async def test_a_code_is_guessed_five_times_at_most(alice, provider):
    await alice.add_phone(PhoneNew(channel=SMS, number=NUMBER))
    await until(lambda: provider.sent)
    good = code_in(provider)
    wrong = f"{(int(good) + 1) % 10**6:06}"
    for _ in range(5):
        with pytest.raises(WrongCode):
            await alice.confirm_phone(PhoneCode(channel=SMS, code=wrong))
    with pytest.raises(NoCodeWaiting):
        await alice.confirm_phone(PhoneCode(channel=SMS, code=good))
    assert (await alice.channels()).items == []


async def test_nobody_is_bombed_with_codes(alice, bob, provider):
    for _ in range(3):
        await alice.add_phone(PhoneNew(channel=SMS, number=NUMBER))
    for person in (alice, bob):  # whoever asks, and whoever is rung up
        with pytest.raises(TooMany):
            await person.add_phone(PhoneNew(channel=SMS, number=NUMBER))
    await until(lambda: len(provider.sent) == 3)


async def test_a_day_has_so_many_messages_for_a_person(alice, client, provider):
    await connect(alice, provider)
    await choose(alice, "film.published", SMS)
    for title in ("Un", "Deux"):
        await client.notify(new := a_piece_of_news(ALICE, title))
        await carried(client, new.id, SMS)
    await client.notify(new := a_piece_of_news(ALICE, "Trois"))
    found = await carried(client, new.id, SMS, DeliveryState.failed)
    assert "PHONE_DAILY" in (found.error or "")
    assert len(provider.sent) == 3  # the code, and two
    assert (await carried(client, new.id, ChannelName.email)).state is DeliveryState.sent


async def test_what_may_have_gone_out_is_not_sent_again_by_itself(alice, client, provider):
    await connect(alice, provider)
    await choose(alice, "film.published", SMS)
    provider.troubles.append(answer_lost("/sms"))
    await client.notify(new := a_piece_of_news(ALICE))
    await carried(client, new.id, SMS, DeliveryState.unsure)
    assert len(provider.sent) == 2
    provider.troubles.append(Trouble("/sms", 400, {"error": "blocked"}))
    await client.notify(new := a_piece_of_news(ALICE, "Lagune"))
    found = await carried(client, new.id, SMS, DeliveryState.failed)
    assert "blocked" in (found.error or "")


class TestAProviderThatFolds:
    @pytest.fixture
    def settings(self, settings):
        return settings.model_copy(update={"phone_folds": True})

    async def test_a_lost_answer_is_sent_again_under_its_id(self, alice, client, provider):
        provider.folds = True
        await connect(alice, provider)
        await choose(alice, "film.published", SMS)
        provider.troubles.append(answer_lost("/sms"))
        await client.notify(new := a_piece_of_news(ALICE))
        found = await carried(client, new.id, SMS)
        assert [one.outcome for one in found.attempts] == ["failed", "sent"]
        assert len(provider.sent) == 2


async def test_a_report_says_that_it_did_not_arrive(app, alice, client, provider):
    await connect(alice, provider)
    await choose(alice, "film.published", SMS)
    await client.notify(new := a_piece_of_news(ALICE))
    sent = await carried(client, new.id, SMS)
    told = {"id": sent.provider_id, "status": "UNDELIVERED"}
    async with http(app) as line:
        assert (await line.post("/phones/reports/sms", json=told)).status_code == 401
        secret = {"X-Report-Secret": "reports-secret"}
        kept = await line.post("/phones/reports/sms", json=told, headers=secret)
        assert kept.status_code == 204
        assert (await client.delivery(sent.id)).state is DeliveryState.bounced
        assert len((await alice.channels()).items) == 1
        dead = {**told, "status": "unknown_subscriber"}
        address = "/phones/reports/sms?secret=reports-secret"
        assert (await line.post(address, data=dead)).status_code == 204
        rubbish = {"id": "\0", "status": "failed"}
        assert (await line.post(address, json=rubbish)).status_code == 204
        assert (await line.post(address, content=b"[rubbish")).status_code == 204
    assert (await alice.channels()).items == []


async def test_a_number_that_is_none_is_refused(alice):
    with pytest.raises(BadNumber):
        await alice.add_phone(PhoneNew(channel=SMS, number="12345"))


async def test_what_is_connected_is_told_and_forgotten_with_its_person(client, alice, provider):
    await connect(alice, provider)
    await alice.connect_telegram()
    kept = (await client.personal_data(ALICE)).sections
    assert [row["address"] for row in kept["address"]] == [NUMBER]
    assert [row["channel"] for row in kept["waiting"]] == ["telegram"]
    assert "digest" not in kept["waiting"][0]
    await client.forget_person(ALICE)
    kept = (await client.personal_data(ALICE)).sections
    assert (kept["address"], kept["waiting"]) == ([], [])


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("07 01 02 03 04", "CI", NUMBER),
        ("+33 6 12 34 56 78", "CI", "+33612345678"),
        ("00225 0701020304", "FR", NUMBER),
        ("90 12 34 56", "TG", "+22890123456"),
        ("+1 900 555 0100", "CI", None),  # a premium number
        ("27 20 30 40 50", "CI", None),  # a landline
        ("bonjour", "CI", None),
    ],
)
def test_numbers_are_understood_as_people_write_them(typed, country, number):
    found = phones.number_of(typed, country)
    assert (found and found[0]) == number


def test_an_sms_has_only_letters_that_cost_one():
    text = phones.sms("Maison", "« L’été » à Ségou… ç’est ô combien ☀", "https://x.org/f")
    assert set(text) <= phones.GSM
    assert text == "Maison: \" L'été \" à Ségou... c'est o combien ? https://x.org/f"


def test_what_a_value_says_is_never_filled_in_again():
    assert phones.fill("{text} {to} {other}", {"text": "{to}", "to": "1"}) == "{to} 1 {other}"


@pytest.mark.parametrize("template", ["{not json", '{"to": "{to}"}', "text={text}"])
def test_a_template_of_no_use_is_refused_at_the_start(template):
    with pytest.raises(ValueError, match="SMS_BODY"):
        phones.check_template("SMS_BODY", template)
