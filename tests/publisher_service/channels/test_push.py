"""A notice reaches a browser: encrypted for it, folded by it, and no more once it is gone."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from kit.contracts.publisher.channel_errors import BadSubscription, PlaceNotFound
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.db import new_id
from kit.errors import Invalid
from publisher_service.providers.channel import Message, Refused
from publisher_service.providers.guarded import GuardedLine
from publisher_service.providers.web_push import Push
from publisher_service.rules import push
from tests.cast import ALICE
from tests.factories.publisher import a_piece_of_news
from tests.fakes.network import Trouble, answer_lost, dropped
from tests.fakes.push_service import decrypted, raw
from tests.publisher_service.channels.conftest import VAPID, carried, until

PUSH = ChannelName.web_push


def test_the_fake_reads_the_example_of_rfc_8291():
    body = raw(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYW"
        "AmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgS"
        "xsj_Qulcy4a-fN"
    )
    number = int.from_bytes(raw(VAPID), "big")
    key = ec.derive_private_key(number, ec.SECP256R1())
    said = decrypted(body, key, raw("BTBZMqHH6r4Tts7J_aSIgg"))
    assert said == b"When I grow up, I want to be a watermelon"


async def test_news_is_shown_on_every_device_of_its_person(alice, client, push_service):
    phone, laptop = push_service.subscribe("phone"), push_service.subscribe("laptop")
    for device in (phone, laptop):
        await alice.add_device(device.subscription)
    await client.notify(new := a_piece_of_news(ALICE))
    await until(lambda: phone.taken and laptop.taken)
    (shown,) = phone.shown.values()
    assert "Sira" in shown["title"] + shown["body"]
    assert shown["url"] == "https://portal.example.org/films/sira"
    assert (phone.taken[0].urgency, phone.taken[0].ttl) == ("normal", 3 * 24 * 3600)
    assert phone.taken[0].topic != laptop.taken[0].topic
    assert (await carried(client, new.id, PUSH)).provider_id == f"{push_service.url}/message/1"


async def test_a_lost_answer_is_sent_again_and_seen_once(alice, client, push_service):
    phone = push_service.subscribe()
    await alice.add_device(phone.subscription)
    push_service.troubles += [answer_lost("/push"), dropped("/push"), Trouble("/push", 503)]
    await client.notify(a_piece_of_news(ALICE))
    await until(lambda: len(phone.taken) == 2)
    assert len(phone.shown) == 1
    assert len({one.topic for one in phone.taken}) == 1


async def test_a_push_service_that_asks_for_patience_gets_it(alice, client, push_service):
    phone = push_service.subscribe()
    await alice.add_device(phone.subscription)
    push_service.troubles.append(Trouble("/push", 429, headers={"Retry-After": "1"}))
    await client.notify(new := a_piece_of_news(ALICE))
    await until(lambda: phone.taken)
    attempts = (await carried(client, new.id, PUSH)).attempts
    assert [one.outcome for one in attempts] == ["later", "sent"]
    assert (attempts[1].at - attempts[0].at).total_seconds() >= 0.9


async def test_a_device_that_is_gone_is_forgotten(alice, client, push_service):
    phone = push_service.subscribe()
    await alice.add_device(phone.subscription)
    assert (await alice.preferences()).available[-1] is PUSH
    phone.is_gone = True
    await client.notify(new := a_piece_of_news(ALICE))
    found = await carried(client, new.id, PUSH, DeliveryState.failed)
    assert [one.outcome for one in found.attempts] == ["refused"]
    assert (await alice.channels()).items == []
    phone.is_gone = False
    await alice.add_device(phone.subscription)  # it lives again: the browser says so
    await client.notify(a_piece_of_news(ALICE, "Lagune"))
    await until(lambda: phone.taken)


async def test_a_device_is_listed_tried_out_and_removed_by_its_person_alone(
    alice, bob, push_service
):
    phone = push_service.subscribe()
    added = await alice.add_device(phone.subscription)
    assert await alice.add_device(phone.subscription) == added
    (listed,) = (await alice.channels()).items
    assert (listed.label, listed.channel) == ("phone", PUSH)
    assert phone.endpoint not in listed.address
    with pytest.raises(PlaceNotFound):
        await bob.try_place(added.id)
    with pytest.raises(PlaceNotFound):
        await bob.remove_place(added.id)
    await alice.try_place(added.id)
    await until(lambda: phone.taken)
    assert "essai" in phone.taken[0].content["title"]
    await alice.remove_place(added.id)
    assert (await alice.channels()).items == []


async def test_a_browser_that_changes_hands_tells_its_new_person_only(
    alice, bob, client, push_service
):
    phone = push_service.subscribe()
    await alice.add_device(phone.subscription)
    await bob.add_device(phone.subscription)
    assert (await alice.channels()).items == []
    assert len((await bob.channels()).items) == 1


async def test_only_what_a_browser_could_have_given_is_taken(alice, push_service):
    good = push_service.subscribe().subscription
    keys = good.keys.model_copy(update={"p256dh": "B" + "A" * 86})
    with pytest.raises(BadSubscription):
        await alice.add_device(good.model_copy(update={"keys": keys}))
    for wrong in ({"label": "\0"}, {"endpoint": "https://push.example.org/\0"}):
        with pytest.raises(Invalid):
            await alice.add_device(good.model_copy(update=wrong))


@pytest.mark.parametrize(
    "written", [VAPID.replace("-", "+").replace("_", "/") + "=", raw(VAPID).hex()]
)
def test_the_key_may_be_written_as_tools_print_it(written):
    assert push.public_key(push.vapid_key(written)) == push.public_key(push.vapid_key(VAPID))


@pytest.mark.parametrize("written", ["", "change-me", "A" * 43, "ff" * 32])
def test_a_key_that_is_none_is_refused_at_the_start(written):
    with pytest.raises(ValueError, match="VAPID"):
        push.vapid_key(written)


def test_a_long_notice_still_fits_into_a_push():
    found = push.payload("é" * 500, "é" * 3000, "https://example.org/" + "a" * 979, "t" * 36)
    assert len(found) < 3993


@pytest.mark.parametrize("where", ["https://127.0.0.1/push", "https://localhost/push"])
async def test_a_browser_leads_nobody_into_our_own_network(where):
    channel = Push(push.vapid_key(VAPID), "mailto:a@example.org", GuardedLine())
    keys = {"p256dh": push.public_key(push.vapid_key(VAPID)), "auth": "A" * 22}
    message = Message(new_id(), where, "film.published", "fr", "T", "B", "T", details=keys)
    with pytest.raises(Refused, match="public"):
        await channel.send(message)
    await channel.close()
