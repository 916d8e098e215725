"""What is closed while its money is on its way back: coins, gift cards, bundles, subscriptions."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI

from kit.client import ServiceClient
from kit.contracts.catalog.shelves import SeriesNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.errors import CodeWorthless
from kit.contracts.payments.orders import OrderKind
from kit.contracts.payments.refunds import RefundState
from kit.contracts.payments.shop import BundleKind, BundleNew, GrantState
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions import Interval, PlanNew, SubscriptionState
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.contracts.payments.vouchers import VoucherState
from kit.contracts.tokens import AccessLevel, EntitlementQuestion
from payments_service.actions.bundles import growing
from payments_service.queries import coins, ledger
from payments_service.rules.accounts import coins_owed, expense, gift_cards, returning
from tests.cast import ALICE, BOB, DANA
from tests.conftest import Start
from tests.factories.catalog import as_admin
from tests.factories.payments import as_person
from tests.factories.shop import a_pack, a_shown_film
from tests.fakes.mtn_momo import MtnMomo
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.giving import until
from tests.payments_service.returning import Till, a_till
from tests.payments_service.vending import Agency

PPV = {"access_level": "ppv", "price_amount": 2000, "currency": "XOF"}


@pytest.fixture
async def till(
    settings: MakeSettings, siblings: tuple[ServiceClient, ...], start: Start
) -> AsyncIterator[Till]:
    async with a_till(MtnMomo(), settings, siblings, start) as found:
        yield found


async def owed(till: Till) -> dict[str, int]:
    """Return what the books owe for coins, cards and what is held, and what refunds cost."""
    kept = {"coins": coins_owed("XOF"), "cards": gift_cards("XOF"), "held": returning("XOF")}
    async with till.app.state.database.reads() as session:
        assert await coins.off_lots(session) == []
        found = {name: -await ledger.balance(session, one.code) for name, one in kept.items()}
        found["refunds"] = await ledger.balance(session, expense("refunds", "XOF").code)
    return {name: amount for name, amount in found.items() if amount}


async def test_coins_leave_the_wallet_with_the_question_and_come_back_with_a_refusal(
    till: Till,
) -> None:
    pack = await a_pack(till.app, coins=100, amount=850, bonus_coins=43)
    order = await till.bought(kind=OrderKind.coins, subject=str(pack.id))
    wallet = as_person(till.app, CoinsClient, ALICE)
    before = await wallet.wallet()
    for _ in range(2):
        await till.asked(order)
        assert (await wallet.wallet()).balance == 0, "nobody spends what is paid back"
        assert await owed(till) == {"held": 850}
        assert await till.told("declined") is RefundState.failed
        after = await wallet.wallet()
        assert (after.bought, after.granted) == (before.bought, before.granted)
        assert await owed(till) == {"coins": 850}
    await till.asked(order)
    assert await till.told("approved") is RefundState.succeeded
    assert (await wallet.wallet()).balance == 0
    assert await owed(till) == {}


async def test_a_gift_card_pays_nothing_while_its_price_is_paid_back(till: Till) -> None:
    agency = Agency(till.app)
    order = await till.bought(kind=OrderKind.gift_card, subject="5000")
    card = await agency.holder(ALICE).gift_card(order.id)
    await till.asked(order)
    with pytest.raises(CodeWorthless):
        await agency.holder(BOB).worth(card.code)
    assert await owed(till) == {"held": 5000}
    assert await till.told("declined") is RefundState.failed
    again = await agency.holder(ALICE).gift_card(order.id)
    assert (again.remaining, again.state) == (5000, VoucherState.sold)
    assert await owed(till) == {"cards": 5000}
    await till.asked(order)
    assert await till.told("approved") is RefundState.succeeded
    assert (await agency.holder(ALICE).gift_card(order.id)).state is VoucherState.revoked
    assert await owed(till) == {}


async def test_a_pass_that_is_paid_back_is_closed_with_what_comes_out_meanwhile(
    till: Till, catalog_app: FastAPI
) -> None:
    series = await as_admin(catalog_app).create_series(SeriesNew(title="Kora"))
    place = {"series_id": series.id, "season": 1, **PPV}
    first = await a_shown_film(catalog_app, title="Un", episode=1, **place)
    staff = as_person(till.app, ShopClient, DANA, "admin")
    season = BundleNew(
        kind=BundleKind.season, title_fr="Kora", amount=3000, series_id=series.id, season=1
    )
    bundle = await staff.make_bundle(season)
    order = await till.bought(kind=OrderKind.season, subject=str(bundle.id))
    await till.asked(order)
    await till.until_opens(first, is_open=False)
    second = await a_shown_film(catalog_app, title="Deux", episode=2, **place)
    assert await growing.grow(till.app.state.tools) == 1
    held = (await till.shop.grants()).items
    assert [one.state for one in held] == [GrantState.ended] * 2
    assert not await till.opens(second)
    assert await till.told("declined") is RefundState.failed
    for film in (first, second):
        await till.until_opens(film, is_open=True)


async def test_a_member_is_out_while_a_month_is_paid_back_and_in_again_when_it_is_not(
    till: Till,
) -> None:
    staff = as_person(till.app, SubscriptionsClient, DANA, "admin")
    plan = await staff.make_plan(PlanNew(title="Passion", interval=Interval.month, amount=2500))
    order = await till.bought(kind=OrderKind.subscription, subject=str(plan.id))
    member = as_person(till.app, SubscriptionsClient, ALICE)
    before = (await member.mine()).subscription
    asked = EntitlementQuestion(access_level=AccessLevel.vip)

    async def is_in() -> bool:
        return (await till.tokens.entitlement(ALICE, asked)).ok

    assert await is_in()
    await till.asked(order)
    await until(is_in, lambda found: not found)
    assert await till.told("declined") is RefundState.failed
    await until(is_in, lambda found: found)
    assert (await member.mine()).subscription == before
    await till.asked(order)
    await until(is_in, lambda found: not found)
    assert await till.told("approved") is RefundState.succeeded
    after = (await member.mine()).subscription
    assert after is not None
    assert after.state is SubscriptionState.expired
    assert not await is_in()
