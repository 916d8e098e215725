"""Coupons: what they take off, for whom, how often; and prices by country."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession
from typing_extensions import override

from kit.contracts.payments.errors import (
    CountryPriceNotFound,
    CouponLimitTooLow,
    CouponNotFound,
    CouponNotValid,
    CouponTaken,
)
from kit.contracts.payments.orders import OrderKind, OrderMade, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.promotions import (
    CountryPriceNew,
    Coupon,
    CouponChange,
    CouponCheck,
    CouponKind,
    CouponNew,
)
from kit.contracts.payments.promotions_client import PromotionsClient
from kit.errors import Forbidden, Invalid, TooMany
from payments_service.actions.promotions.discounting import Discounting
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order as OrderRow
from payments_service.rules.coupons import Asked, Terms, discount
from tests.cast import ALICE, BOB, DANA
from tests.conftest import Start
from tests.factories.payments import as_person, as_stranger
from tests.factories.selling import PRICE, Kiosk, a_key, paying
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import Shop, a_shop, aged, settled

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
TERMS: dict[str, Any] = {
    "kind": CouponKind.percent, "percent": 20, "amount": None, "currency": None,
    "most_amount": None, "least_order_amount": None, "kinds": (), "subjects": (),
    "starts_at": None, "ends_at": None, "is_active": True,
}  # fmt: skip
FIXED = {"kind": CouponKind.amount, "percent": None, "amount": 500, "currency": "XOF"}
ORDER: dict[str, Any] = {
    "kind": "film", "subject": "sira", "amount": 1999, "currency": "XOF", "at": AT,
}  # fmt: skip


@pytest.mark.parametrize(
    ("terms", "order", "off"),
    [
        ({}, {}, 399),
        ({"percent": 100}, {}, 1999),
        ({"most_amount": 300, "currency": "XOF"}, {}, 300),
        (FIXED, {}, 500),
        (FIXED, {"amount": 300}, 300),
        ({"starts_at": AT, "ends_at": AT + timedelta(seconds=1)}, {}, 399),
        ({"kinds": ["film", "rental"], "subjects": ["sira"]}, {}, 399),
        ({"least_order_amount": 1999, "currency": "XOF"}, {}, 399),
    ],
)
def test_what_a_coupon_takes_off(terms: Any, order: Any, off: int) -> None:
    assert discount(Terms(**(TERMS | terms)), Asked(**(ORDER | order))) == off


@pytest.mark.parametrize(
    ("terms", "order", "reason"),
    [
        ({"is_active": False}, {}, "not_active"),
        ({"starts_at": AT + timedelta(seconds=1)}, {}, "not_yet"),
        ({"ends_at": AT}, {}, "over"),
        ({"kinds": ["coins"]}, {}, "other_kind"),
        ({"subjects": ["other"]}, {}, "other_subject"),
        (FIXED, {"currency": "EUR"}, "other_currency"),
        ({"least_order_amount": 2000, "currency": "XOF"}, {}, "too_little"),
        ({"percent": 1}, {"amount": 99}, "nothing_off"),
    ],
)
def test_why_a_coupon_takes_nothing_off(terms: Any, order: Any, reason: str) -> None:
    with pytest.raises(CouponNotValid) as caught:
        discount(Terms(**(TERMS | terms)), Asked(**(ORDER | order)))
    assert caught.value.extra == {"reason": reason}


@given(st.integers(1, 10**9), st.integers(1, 100), st.integers(1, 10**9))
def test_no_coupon_takes_off_more_than_it_says_or_than_there_is(
    amount: int, percent: int, fixed: int
) -> None:
    order = Asked(**(ORDER | {"amount": amount}))
    for terms in (TERMS | {"percent": percent}, TERMS | FIXED | {"amount": fixed}):
        try:
            off = discount(Terms(**terms), order)
        except CouponNotValid:
            continue
        assert 0 < off <= amount
        assert off * 100 <= amount * percent or terms["kind"] is CouponKind.amount


class Shelf(Kiosk):
    """A kiosk that keeps nothing for an order but what its coupon does."""

    @override
    async def lapse(self, session: AsyncSession, tools: Tools, order: OrderRow) -> None:
        return


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start, code_guesses="5/hour") as found:
        found.app.state.tools.sellers["film"] = Discounting(Shelf())
        yield found


def promoter(shop: Shop) -> PromotionsClient:
    return as_person(shop.app, PromotionsClient, DANA, "admin")


async def a_coupon(shop: Shop, **more: Any) -> Coupon:
    given = {"code": "noel-20", "kind": CouponKind.percent, "percent": 20} | more
    return await promoter(shop).make_coupon(CouponNew(**given))


async def ordered(client: OrdersClient, code: str | None = "NOEL-20") -> OrderMade:
    new = OrderNew(kind=OrderKind.film, subject="sira", country="BJ", coupon_code=code)
    return await client.make_order(new, a_key())


async def refused(client: OrdersClient, code: str = "NOEL-20") -> str:
    with pytest.raises(CouponNotValid) as caught:
        await ordered(client, code)
    return str(caught.value.extra["reason"])


async def uses(shop: Shop, coupon: Coupon) -> int:
    return (await promoter(shop).coupon(coupon.id)).used_count


async def test_coupons_are_kept_by_staff(shop: Shop) -> None:
    with pytest.raises(Forbidden):
        await as_person(shop.app, PromotionsClient, ALICE).coupons()
    staff = promoter(shop)
    made = await a_coupon(shop, limit_total=2)
    assert (made.code, made.used_count) == ("NOEL-20", 0)
    with pytest.raises(CouponTaken):
        await a_coupon(shop, code="Noel-20")
    await ordered(shop.person(ALICE))
    await ordered(shop.person(BOB))
    with pytest.raises(CouponLimitTooLow):
        await staff.change_coupon(made.id, CouponChange(limit_total=1))
    changed = await staff.change_coupon(made.id, CouponChange(limit_total=None, is_active=False))
    assert (changed.limit_total, changed.limit_per_person, changed.is_active) == (None, 1, False)
    assert await refused(shop.person(DANA)) == "not_active"
    assert [one.id for one in (await staff.coupons()).items] == [made.id]
    for wrong in ({"percent": None}, {"amount": 5}, {"most_amount": 5}, {"currency": "XOF"}):
        with pytest.raises(ValueError, match=r"coupon|currency"):
            CouponNew(**({"code": "X-1", "kind": "percent", "percent": 10} | wrong))


async def test_an_order_is_cheaper_once_per_person_and_the_use_comes_back_unpaid(
    shop: Shop,
) -> None:
    coupon, alice = await a_coupon(shop), shop.person(ALICE)
    made = await ordered(alice, " noel-20 ")
    assert (made.list_amount, made.discount_amount, made.amount) == (PRICE, 300, 1200)
    assert made.coupon_code == "NOEL-20"
    assert await refused(alice) == "used_by_you"
    assert await uses(shop, coupon) == 1
    await alice.cancel_order(made.id)
    assert await uses(shop, coupon) == 0
    again = await ordered(alice)
    shop.rail.answers = "approved"
    await paying(alice, again)
    await settled(shop.app, again, "fulfilled")
    assert await uses(shop, coupon) == 1
    assert await refused(alice) == "used_by_you"
    assert await refused(shop.stranger) == "needs_account"


async def test_an_order_that_lapsed_and_is_paid_all_the_same_counts_again(shop: Shop) -> None:
    coupon, alice = await a_coupon(shop, limit_total=1), shop.person(ALICE)
    made = await paying(alice, await ordered(alice))
    await alice.cancel_order(made.id)
    assert await uses(shop, coupon) == 0
    shop.rail.approve(shop.charge_of(made).ref)
    await shop.rail.deliver(shop.post)
    await settled(shop.app, made, "fulfilled")
    assert await uses(shop, coupon) == 1
    assert await refused(shop.person(BOB)) == "used_up"
    await aged(shop.app, timedelta(hours=2))
    assert await uses(shop, coupon) == 1


async def test_however_many_ask_at_once_no_more_get_it_than_there_are(shop: Shop) -> None:
    coupon = await a_coupon(shop, limit_total=5, limit_per_person=2)
    people = [shop.person(uuid4()) for _ in range(4)]
    asked = [ordered(one) for one in people for _ in range(4)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    made = [one for one in found if isinstance(one, OrderMade)]
    reasons = {one.extra["reason"] for one in found if isinstance(one, CouponNotValid)}
    assert len(made) == 5 == await uses(shop, coupon)
    assert len(found) == 16
    assert reasons <= {"used_up", "used_by_you"}
    own = [(await one.my_orders()).items for one in people]
    assert all(len(orders) <= 2 for orders in own)


async def test_a_welcome_is_for_those_who_never_paid(shop: Shop) -> None:
    await a_coupon(shop, first_order_only=True, limit_per_person=None)
    shop.rail.answers = "approved"
    alice = shop.person(ALICE)
    assert await refused(shop.stranger) == "needs_account"
    order = await ordered(alice)
    await paying(alice, order)
    await settled(shop.app, order, "fulfilled")
    assert await refused(alice) == "not_first"


async def test_what_a_coupon_makes_free_is_given_without_paying(shop: Shop) -> None:
    await a_coupon(shop, percent=100, limit_per_person=None)
    free = await ordered(shop.stranger)
    assert free.amount == 0
    assert (await settled(shop.app, free, "fulfilled")).given == {"times": 1}


async def test_a_coupon_is_looked_at_first_and_guessing_ends(shop: Shop) -> None:
    await a_coupon(shop, limit_total=1)
    asked = CouponCheck(code="NOEL-20", kind="film", subject="sira", amount=PRICE, currency="XOF")
    alice = as_person(shop.app, PromotionsClient, ALICE)
    offer = await alice.check_coupon(asked)
    assert (offer.discount, offer.amount) == (300, 1200)
    await ordered(shop.person(ALICE))
    with pytest.raises(CouponNotValid) as caught:
        await alice.check_coupon(asked)
    assert caught.value.extra["reason"] == "used_up"
    wrong = asked.model_copy(update={"code": "NOEL-30"})
    stranger = as_stranger(shop.app, PromotionsClient)
    for _ in range(5):
        with pytest.raises(CouponNotFound):
            await stranger.check_coupon(wrong)
    with pytest.raises(TooMany):
        await stranger.check_coupon(asked)


async def test_a_country_has_prices_of_its_own(shop: Shop) -> None:
    staff = promoter(shop)
    new = CountryPriceNew(kind="coins", subject="p1", country="FR", amount=299, currency="EUR")
    made = await staff.set_country_price(new)
    changed = await staff.set_country_price(new.model_copy(update={"amount": 399}))
    assert (changed.id, changed.amount) == (made.id, 399)
    assert [one.id for one in (await staff.country_prices("coins")).items] == [made.id]
    assert (await staff.country_prices("film")).items == []
    await staff.remove_country_price(made.id)
    with pytest.raises(CountryPriceNotFound):
        await staff.remove_country_price(UUID(int=1))
    with pytest.raises(Invalid):
        await staff.post("/coupons", None)
