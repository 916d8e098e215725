"""What was taken back for a dispute that was lost is given again when it is won after all."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from kit.client import ServiceClient
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.errors import CodeWorthless
from kit.contracts.payments.orders import Order, OrderKind
from kit.contracts.payments.refunds import DisputeState, RefundNew
from kit.contracts.payments.refunds_client import RefundsClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions import (
    Interval,
    PlanNew,
    Subscription,
    SubscriptionState,
)
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.contracts.payments.vouchers import VoucherState
from kit.contracts.tokens import AccessLevel, EntitlementQuestion
from payments_service.queries import coins
from payments_service.rules.accounts import (
    Account,
    at_provider,
    coins_owed,
    disputed,
    expense,
    gift_cards,
    income,
)
from tests.cast import ALICE, BOB, DANA
from tests.conftest import Start
from tests.factories.payments import as_person
from tests.factories.selling import a_key
from tests.factories.shop import a_pack, a_shown_film
from tests.fakes.mtn_momo import MtnMomo
from tests.payments_service.books import balance
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.disputing import follow, reversal
from tests.payments_service.giving import until
from tests.payments_service.paying import story
from tests.payments_service.returning import Till, a_till
from tests.payments_service.vending import Agency

PPV = {"access_level": "ppv", "price_amount": 2000, "currency": "XOF"}
OPEN, LOST, WON = DisputeState.open, DisputeState.lost, DisputeState.won


@pytest.fixture
async def till(
    settings: MakeSettings, siblings: tuple[ServiceClient, ...], start: Start
) -> AsyncIterator[Till]:
    async with a_till(MtnMomo(), settings, siblings, start) as found:
        yield found


class Bank:
    """The payer's bank, that changes its mind about an order."""

    def __init__(self, till: Till, order: Order) -> None:
        self.till, self.attempt_id, self.minutes = till, order.attempts[-1].id, 0

    async def says(self, *states: DisputeState) -> None:
        for state in states:
            self.minutes += 1
            for _ in range(2):
                await follow(self.till.app, self.attempt_id, reversal(state, self.minutes))


async def posted(till: Till, account: Account) -> int:
    return await balance(till.app.state.database, account)


async def test_a_film_opens_again_and_closes_again(till: Till, catalog_app: FastAPI) -> None:
    film = await a_shown_film(catalog_app, **PPV)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    bank = Bank(till, order)
    await bank.says(OPEN)
    assert await till.opens(film)
    for _ in range(2):
        await bank.says(LOST)
        await till.until_opens(film, is_open=False)
        await bank.says(WON)
        await till.until_opens(film, is_open=True)
    live = [one for one in (await till.shop.grants()).items if one.ended_at is None]
    assert len(live) == 1
    await bank.says(LOST)
    await till.until_opens(film, is_open=False)


async def test_who_bought_it_anew_meanwhile_has_it_once(till: Till, catalog_app: FastAPI) -> None:
    film = await a_shown_film(catalog_app, **PPV)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    bank = Bank(till, order)
    await bank.says(LOST)
    await till.until_opens(film, is_open=False)
    await till.bought(kind=OrderKind.film, subject=str(film.id))
    await bank.says(WON)
    await till.until_opens(film, is_open=True)
    live = [one for one in (await till.shop.grants()).items if one.ended_at is None]
    assert len(live) == 1
    await bank.says(LOST)  # that one is paid for by the other order
    assert await till.opens(film)


async def test_who_has_no_account_gets_another_code(till: Till, catalog_app: FastAPI) -> None:
    film = await a_shown_film(catalog_app, **PPV)
    staff = as_person(till.app, ShopClient, DANA, "admin")
    await staff.set_film_terms(film.id, FilmTermsNew(rental_amount=500, rental_currency="XOF"))
    order = await till.bought(
        None, kind=OrderKind.rental, subject=str(film.id), email="awa@example.org"
    )
    bank = Bank(till, order)
    await bank.says(LOST, WON)

    async def given() -> dict[str, str]:
        return (await story(till.app, order.id)).order.given

    found = await until(given, lambda found: found["code"] != order.given["code"])
    assert (await till.tokens.verify(found["code"])).ok
    assert not (await till.tokens.verify(order.given["code"])).ok


async def test_coins_come_back_into_the_wallet_as_often_as_they_went(till: Till) -> None:
    pack = await a_pack(till.app, coins=100, amount=850, bonus_coins=43)
    order = await till.bought(kind=OrderKind.coins, subject=str(pack.id))
    wallet = as_person(till.app, CoinsClient, ALICE)
    before = await wallet.wallet()
    bank = Bank(till, order)
    for _ in range(2):
        await bank.says(LOST)
        assert (await wallet.wallet()).balance == 0
        assert await posted(till, coins_owed("XOF")) == 0
        await bank.says(WON)
        after = await until(wallet.wallet, lambda found: found.balance > 0)
        assert (after.bought, after.granted) == (before.bought, before.granted)
        assert await posted(till, coins_owed("XOF")) == -850
        assert await posted(till, expense("refunds", "XOF")) == 0
        async with till.app.state.database.reads() as session:
            assert await coins.off_lots(session) == []


async def test_a_gift_card_is_worth_again_what_was_on_it(till: Till) -> None:
    agency = Agency(till.app)
    order = await till.bought(kind=OrderKind.gift_card, subject="5000")
    card = await agency.holder(ALICE).gift_card(order.id)
    bank = Bank(till, order)
    for _ in range(2):
        await bank.says(LOST)
        with pytest.raises(CodeWorthless):
            await agency.holder(BOB).worth(card.code)
        assert await posted(till, gift_cards("XOF")) == 0
        await bank.says(WON)
        again = await until(
            lambda: agency.holder(ALICE).gift_card(order.id), lambda found: found.remaining > 0
        )
        assert (again.remaining, again.state) == (5000, VoucherState.sold)
        assert await posted(till, gift_cards("XOF")) == -5000
        assert await posted(till, expense("refunds", "XOF")) == 0


async def test_a_member_is_in_again_for_the_days_that_were_taken(till: Till) -> None:
    staff = as_person(till.app, SubscriptionsClient, DANA, "admin")
    plan = await staff.make_plan(PlanNew(title="Passion", interval=Interval.month, amount=2500))
    order = await till.bought(kind=OrderKind.subscription, subject=str(plan.id))
    member = as_person(till.app, SubscriptionsClient, ALICE)

    async def mine() -> Subscription:
        found = (await member.mine()).subscription
        assert found is not None
        return found

    before = await mine()
    vip = EntitlementQuestion(access_level=AccessLevel.vip)

    async def is_in() -> bool:
        return (await till.tokens.entitlement(ALICE, vip)).ok

    bank = Bank(till, order)
    for _ in range(2):
        await bank.says(LOST)
        await until(is_in, lambda found: not found)
        await bank.says(WON)
        await until(is_in, lambda found: found)
        after = await until(mine, lambda found: found.state is SubscriptionState.active)
        assert after.id == before.id
        assert abs(after.period_end - before.period_end) < timedelta(minutes=1)
    assert await posted(till, income("subscriptions", "XOF")) == -2500


async def test_who_subscribed_anew_meanwhile_has_the_money_as_credit(till: Till) -> None:
    staff = as_person(till.app, SubscriptionsClient, DANA, "admin")
    plan = await staff.make_plan(PlanNew(title="Passion", interval=Interval.month, amount=2500))
    order = await till.bought(kind=OrderKind.subscription, subject=str(plan.id))
    member = as_person(till.app, SubscriptionsClient, ALICE)
    bank = Bank(till, order)
    await bank.says(LOST)
    await till.bought(kind=OrderKind.subscription, subject=str(plan.id))

    async def credit() -> int:
        mine = (await member.mine()).subscription
        assert mine is not None
        return mine.credit_amount

    await bank.says(WON)
    await until(credit, lambda found: found == 2500)
    await bank.says(LOST)
    await until(credit, lambda found: found == 0)
    assert await posted(till, income("subscriptions", "XOF")) == -2500


async def test_coins_given_for_a_part_before_the_bank_took_it_all_are_the_house_s_loss(
    till: Till, catalog_app: FastAPI
) -> None:
    """The payer has 500 F in coins and the bank's 2000: the books say so, and balance."""
    film = await a_shown_film(catalog_app, **PPV)
    order = await till.bought(kind=OrderKind.film, subject=str(film.id))
    staff = as_person(till.app, RefundsClient, DANA, "admin")
    await staff.refund(order.id, RefundNew(amount=500, way="coins"), a_key())
    bank = Bank(till, order)
    await bank.says(OPEN, LOST)
    assert await posted(till, expense("disputes", "XOF")) == 500
    assert await posted(till, income("films", "XOF")) == 0
    await bank.says(WON)
    assert await posted(till, expense("disputes", "XOF")) == 0
    assert await posted(till, disputed("XOF")) == 0
    assert await posted(till, at_provider(till.rail.provider, "XOF")) == 2000
    assert await posted(till, income("films", "XOF")) == -1500
