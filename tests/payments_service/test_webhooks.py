"""Webhooks: verified, kept once, answered, and handled by asking the provider."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from kit.clock import now
from kit.contracts.payments.order_stories import WebhookQuery, WebhookSummary
from kit.contracts.payments.orders import OrderState, WebhookState
from kit.contracts.payments.orders_client import OrdersClient
from payments_service.models.orders import Webhook
from tests.cast import ALICE, CHARLIE, DANA
from tests.conftest import Start
from tests.factories.selling import PRICE, ordered, paying
from tests.fakes.network import Trouble
from tests.fakes.plain_rail import SIGNATURE, signed
from tests.fakes.rail import Manners
from tests.kit.queueing import until
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import Shop, a_shop, aged, in_books, owed_back, settled, story
from tests.wiring import http


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start) as found:
        yield found


@pytest.fixture
def dana(shop: Shop) -> OrdersClient:
    return shop.person(DANA, "admin")


async def handled(dana: OrdersClient, count: int = 1) -> list[WebhookSummary]:
    """Wait until so many webhooks are kept, and none waits."""

    async def done() -> bool:
        found = (await dana.webhooks()).items
        return len(found) == count and all(each.state != "waiting" for each in found)

    await until(done)
    return (await dana.webhooks()).items


async def test_a_webhook_sent_many_times_is_kept_once_and_pays_once(
    shop: Shop, dana: OrdersClient
) -> None:
    order = await paying(shop.person(ALICE), await ordered(shop.person(ALICE)))
    shop.rail.approve(shop.charge_of(order).ref)
    (sent,) = shop.rail.waiting
    assert set(await asyncio.gather(*(shop.post(*sent) for _ in range(20)))) == {202}
    found = await settled(shop.app, order, "fulfilled")
    assert found.given == {"times": 1}
    assert await shop.post(*sent) == 202
    (kept,) = await handled(dana)
    assert (kept.delivery_count, kept.state, kept.outcome) == (21, WebhookState.handled, "paid")
    assert await in_books(shop.app, shop.rail) == PRICE
    told = await story(shop.app, order.id)
    assert [each.id for each in told.webhooks] == [kept.id]


async def test_forged_webhooks_are_turned_away_and_leave_nothing(
    shop: Shop, dana: OrdersClient
) -> None:
    order = await paying(shop.person(ALICE), await ordered(shop.person(ALICE)))
    shop.rail.approve(shop.charge_of(order).ref)
    (headers, body), = shop.rail.waiting  # fmt: skip
    for forged in (
        (headers, body + b" "),
        (headers, body.replace(b"approved", b"refunded")),
        ({}, body),
        ({SIGNATURE: ""}, body),
        ({SIGNATURE: signed(body)[:-1]}, body),
    ):
        assert await shop.post(*forged) == 401
    async with http(shop.app) as client:
        assert (await client.post("/webhooks/nobody", content=b"{}")).status_code == 404
        assert (await client.put("/webhooks/plain", content=b"{}")).status_code == 401
    assert (await dana.webhooks()).items == []
    assert (await shop.person(ALICE).order(order.id)).state is OrderState.pending


async def test_webhooks_in_any_order_some_lost_end_in_the_same_books(shop: Shop) -> None:
    paid = []
    for place in range(8):
        order = await paying(shop.stranger, await ordered(shop.stranger))
        ref = shop.charge_of(order).ref
        if place % 2:
            shop.rail.decline(ref)
        shop.rail.approve(ref)
        paid.append(order)
    shop.rail.manners = Manners(copies=5, is_shuffled=True, lost=0.3, is_forged=True)
    await shop.rail.deliver(shop.post)
    await aged(shop.app, timedelta(seconds=11))
    for order in paid:
        assert (await settled(shop.app, order, "fulfilled")).given == {"times": 1}
    assert await in_books(shop.app, shop.rail) == shop.rail.held("XOF") == 8 * PRICE
    assert await owed_back(shop.app) == 0


async def test_a_webhook_pays_what_the_provider_says_not_what_it_says(
    shop: Shop, dana: OrdersClient
) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    charge = shop.charge_of(order)
    shop.rail.tell(charge, "approved")  # well signed, and not true
    await shop.rail.deliver(shop.post)
    (kept,) = await handled(dana)
    assert kept.outcome == "same"
    assert (await story(shop.app, order.id)).order.state is OrderState.pending
    assert await in_books(shop.app, shop.rail) == 0


async def test_a_webhook_while_the_provider_does_not_answer_is_handled_later(
    shop: Shop, dana: OrdersClient
) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    shop.rail.approve(shop.charge_of(order).ref)
    shop.rail.troubles.append(Trouble("GET /charges", 503))
    await shop.rail.deliver(shop.post)
    assert (await settled(shop.app, order, "fulfilled")).given == {"times": 1}
    (kept,) = await handled(dana)
    assert kept.state is WebhookState.handled


async def test_a_webhook_about_nothing_of_ours_is_ignored_after_a_moment(
    shop: Shop, dana: OrdersClient
) -> None:
    shop.rail.charge("nobody's", 700, "XOF", ref="elsewhere")
    shop.rail.approve("elsewhere")
    await shop.rail.deliver(shop.post)
    await aged(shop.app, timedelta(minutes=5))
    (kept,) = await handled(dana)
    assert kept.state is WebhookState.ignored
    assert await in_books(shop.app, shop.rail) == 0


async def test_staff_see_what_was_sent_and_have_it_handled_again(
    shop: Shop, dana: OrdersClient
) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    shop.rail.approve(shop.charge_of(order).ref)
    (sent,) = shop.rail.waiting
    await shop.post({**sent[0], "Authorization": "Basic c2VjcmV0", "X-Seen": "yes"}, sent[1])
    (kept,) = await handled(dana)
    detail = await dana.webhook(kept.id)
    assert detail.body.encode() == sent[1]
    assert detail.headers["x-seen"] == "yes"
    assert "authorization" not in detail.headers
    assert (await dana.replay_webhook(kept.id)).state is WebhookState.waiting
    (again,) = await handled(dana)
    assert again.outcome == "same"
    assert await in_books(shop.app, shop.rail) == PRICE
    assert not (await dana.webhooks(WebhookQuery(provider="other"))).items
    with pytest.raises(Exception, match="permission"):
        await shop.person(CHARLIE).webhooks()


async def test_a_webhook_whose_job_is_gone_is_handled_all_the_same(
    shop: Shop, dana: OrdersClient
) -> None:
    order = await paying(shop.stranger, await ordered(shop.stranger))
    shop.rail.approve(shop.charge_of(order).ref)
    kept = Webhook(
        provider="plain", dedupe_key="1", kind="approved", provider_ref=shop.charge_of(order).ref,
        shows={}, headers={}, body=b"{}", received_at=now(),
    )  # fmt: skip
    async with shop.app.state.database.sessions.begin() as session:
        session.add(kept)
    await aged(shop.app, timedelta(minutes=3))
    assert (await settled(shop.app, order, "fulfilled")).given == {"times": 1}
