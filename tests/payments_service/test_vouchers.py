"""Vouchers: printed, sold for cash, redeemed; orders paid in cash; what agents owe."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.errors import (
    CashCodeNotFound,
    CodeInOtherCurrency,
    CodeTooSmall,
    CodeWorthless,
    NeedsKey,
    OrderClosed,
    OrderNotFound,
    SettlementTooLarge,
    VoucherKeyReused,
    VoucherNotFound,
    VoucherSold,
    VoucherWithdrawn,
)
from kit.contracts.payments.orders import Order, OrderState
from kit.contracts.payments.vouchers import (
    AgentSettlementNew,
    Into,
    Redemption,
    VoucherBatchNew,
    VoucherQuery,
    VoucherState,
)
from kit.errors import Forbidden, TooMany, Unauthenticated
from payments_service.actions.vouchers import expiring
from payments_service.rules.vouchers import (
    ALPHABET,
    CASH_LENGTH,
    VOUCHER_LENGTH,
    drawn,
    typed,
    written,
)
from tests.cast import ALICE, BOB, CHARLIE
from tests.conftest import Start
from tests.factories.payments import as_person
from tests.factories.selling import PRICE, a_key, paying
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import Shop, a_shop
from tests.payments_service.vending import Agency

codes = st.text(ALPHABET, min_size=VOUCHER_LENGTH, max_size=VOUCHER_LENGTH)


def test_codes_are_read_as_they_are_written_in_any_spelling() -> None:
    code = drawn(VOUCHER_LENGTH)
    shown = written(code)
    assert [len(part) for part in shown.split("-")] == [4, 4, 5]
    assert [len(part) for part in written(drawn(CASH_LENGTH)).split("-")] == [4, 4]
    for spelled in (shown, shown.lower(), f"  {shown.replace('-', ' ')} ", code):
        assert typed(spelled, VOUCHER_LENGTH) == code
    similar = shown.replace("0", "O").replace("1", "l").replace("5", "s").replace("2", "Z")
    assert typed(similar, VOUCHER_LENGTH) == code
    assert typed(shown[:-1], VOUCHER_LENGTH) is None
    assert len({drawn(VOUCHER_LENGTH) for _ in range(1000)}) == 1000


@given(st.integers(0, 12), st.sampled_from(ALPHABET), st.data())
def test_every_wrong_character_and_every_swap_shows(
    place: int, other: str, data: st.DataObject
) -> None:
    code = drawn(VOUCHER_LENGTH)
    wrong = code[:place] + other + code[place + 1 :]
    assert (typed(wrong, VOUCHER_LENGTH) is None) == (wrong != code)
    first = data.draw(st.integers(0, VOUCHER_LENGTH - 1))
    letters = list(code)
    letters[first], letters[first + 1] = letters[first + 1], letters[first]
    swapped = "".join(letters)
    if first + 1 < VOUCHER_LENGTH:
        assert (typed(swapped, VOUCHER_LENGTH) is None) == (swapped != code)


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start, code_guesses="4/hour") as found:
        yield found


@pytest.fixture
def agency(shop: Shop) -> Agency:
    return Agency(shop.app)


async def test_a_batch_is_made_once_printed_and_withdrawn(agency: Agency) -> None:
    for client in (agency.holder(ALICE), agency.stranger):
        with pytest.raises((Forbidden, Unauthenticated)):
            await client.make_batch(VoucherBatchNew(title="x", amount=1, count=1))
    batch, printed = await agency.printed(3, key="batch-1")
    again, same = await agency.printed(3, key="batch-1")
    assert (again.id, same) == (batch.id, printed)
    with pytest.raises(VoucherKeyReused):
        await agency.printed(4, key="batch-1")
    sheet = (await agency.staff.batch_sheet(batch.id, "en")).decode()
    assert sheet.count("<svg") == 3
    assert all(code in sheet for code in printed)
    assert "Worth nothing before it is sold" in sheet
    await agency.agent(BOB).confirm_sale(printed[0])
    assert printed[0] not in (await agency.staff.batch_sheet(batch.id)).decode()
    left = await agency.staff.vouchers(VoucherQuery(batch_id=batch.id, state=VoucherState.made))
    await agency.staff.revoke_voucher(left.items[0].id)
    found = await agency.staff.revoke_batch(batch.id)
    assert (found.sold, found.revoked, found.spent) == (1, 2, 0)
    with pytest.raises(VoucherWithdrawn):
        await agency.agent(BOB).confirm_sale(printed[1])
    assert (await agency.holder(ALICE).worth(printed[0])).remaining == 2000
    assert [one.id for one in (await agency.staff.batches()).items] == [batch.id]


async def test_a_voucher_is_worth_nothing_before_its_sale(agency: Agency) -> None:
    _, (code,) = await agency.printed(1)
    with pytest.raises(CodeWorthless):
        await agency.holder(ALICE).worth(code)
    with pytest.raises(Forbidden):
        await agency.holder(ALICE).confirm_sale(code)
    bob = agency.agent(BOB)
    with pytest.raises(Forbidden):  # an agent takes cash, and nothing else
        await bob.agent_debts()
    assert (await bob.find_voucher(code)).state is VoucherState.made
    both = await asyncio.gather(bob.confirm_sale(code), bob.confirm_sale(code.lower()))
    assert {one.state for one in both} == {VoucherState.sold}
    with pytest.raises(VoucherSold):
        await agency.agent(CHARLIE).confirm_sale(code)
    worth = await agency.holder(ALICE).worth(code)
    assert (worth.remaining, worth.currency, worth.coins) == (2000, "XOF", 200)
    assert await agency.books() == {"asset:agents": -2000, "liability:vouchers": 2000}


async def test_an_agent_hands_over_what_they_took_and_no_more(agency: Agency) -> None:
    for _ in range(2):
        await agency.sold(BOB)
    ((debt,), agent) = ((await agency.staff.agent_debts()).items, str(BOB))
    assert (debt.agent_id, debt.owed, debt.sales) == (agent, 4000, 2)
    paid = AgentSettlementNew(amount=3000, currency="XOF", key="monday")
    for _ in range(2):
        assert (await agency.staff.settle_agent(agent, paid)).owed == 1000
    with pytest.raises(SettlementTooLarge):
        await agency.staff.settle_agent(agent, paid.model_copy(update={"key": "tuesday"}))
    with pytest.raises(VoucherKeyReused):
        await agency.staff.settle_agent(agent, paid.model_copy(update={"amount": 1}))
    found = await agency.books()
    assert (found["asset:agents"], found["asset:bank"]) == (-1000, -3000)


async def test_a_code_pays_an_order_at_once_and_what_is_left_stays_on_it(agency: Agency) -> None:
    code, alice = await agency.sold(BOB), agency.holder(ALICE)
    order = await agency.ordered(agency.buyer(ALICE))
    with pytest.raises(OrderNotFound):
        await agency.holder(CHARLIE).pay_with_code(order.id, code)
    paid = await alice.pay_with_code(order.id, code)
    assert (paid.state, paid.given) == (OrderState.fulfilled, {"times": 1})
    assert (paid.attempts[0].provider, paid.attempts[0].state) == ("voucher", "approved")
    assert (await alice.pay_with_code(order.id, code)).given == {"times": 1}
    assert (await alice.worth(code)).remaining == 2000 - PRICE
    # What the clearing account of codes holds is nothing.
    assert await agency.books() == {
        "asset:agents": -2000,
        "liability:vouchers": 2000 - PRICE,
        "income:films": PRICE,
    }
    second = await agency.ordered(agency.buyer(ALICE))
    with pytest.raises(CodeTooSmall) as caught:
        await alice.pay_with_code(second.id, code)
    assert caught.value.extra["remaining"] == 500
    with pytest.raises(OrderClosed):
        await alice.pay_with_code(order.id, await agency.sold(BOB))
    with pytest.raises(CodeInOtherCurrency):
        await alice.pay_with_code(second.id, await agency.sold(BOB, currency="EUR"))


async def test_a_stranger_pays_with_a_code_too(agency: Agency, shop: Shop) -> None:
    code = await agency.sold(BOB)
    order = await agency.ordered(shop.stranger)
    with pytest.raises(OrderNotFound):
        await agency.stranger.pay_with_code(order.id, code)
    assert order.secret
    paid = await agency.stranger.pay_with_code(order.id, code, order.secret)
    assert paid.state is OrderState.fulfilled


async def test_of_all_who_pay_with_one_code_at_once_one_has_it(agency: Agency) -> None:
    code = await agency.sold(BOB, amount=PRICE)
    people = [UUID(int=number) for number in range(1, 7)]
    made = [await agency.ordered(agency.buyer(one)) for one in people]
    found = await asyncio.gather(
        *(
            agency.holder(one).pay_with_code(order.id, code)
            for one, order in zip(people, made, strict=True)
        ),
        *(agency.holder(one).redeem(code, a_key()) for one in people),
        return_exceptions=True,
    )
    good = [one for one in found if isinstance(one, Order | Redemption)]
    assert len(good) == 1
    assert {type(one) for one in found if one is not good[0]} <= {CodeWorthless, TooMany}
    books = await agency.books()
    assert books["asset:agents"] == -PRICE
    assert "liability:vouchers" not in books


async def test_a_code_becomes_coins_once(agency: Agency) -> None:
    code, alice, key = await agency.sold(BOB), agency.holder(ALICE), a_key()
    with pytest.raises(Unauthenticated):
        await agency.stranger.redeem(code, key)
    with pytest.raises(NeedsKey):
        await alice.redeem(code, "short")
    found = await alice.redeem(code, key)
    assert (found.into, found.coins, found.remaining) == (Into.coins, 200, 0)
    assert await alice.redeem(code, key) == found
    with pytest.raises(CodeWorthless):
        await alice.redeem(code, a_key())
    with pytest.raises(CodeWorthless):
        await agency.holder(CHARLIE).redeem(code, key)
    wallet = await as_person(agency.app, CoinsClient, ALICE).wallet()
    assert wallet.balance == 200
    assert await agency.books() == {"asset:agents": -2000, "liability:coins": 2000}
    with pytest.raises(CodeTooSmall):
        await alice.redeem(await agency.sold(BOB, amount=9), a_key())
    with pytest.raises(CodeInOtherCurrency):
        await alice.redeem(await agency.sold(BOB, currency="EUR"), a_key())


async def test_codes_that_are_over_are_no_longer_owed(agency: Agency) -> None:
    code = await agency.sold(BOB, days=1)
    await agency.run("UPDATE voucher SET expires_at = now() - interval '1 second'")
    with pytest.raises(CodeWorthless):
        await agency.holder(ALICE).worth(code)
    for _ in range(2):
        async with agency.app.state.database.sessions.begin() as session:
            await expiring.expire(session)
    assert await agency.books() == {"asset:agents": -2000, "income:expired_vouchers": 2000}


async def test_an_agent_takes_cash_for_an_order(agency: Agency, shop: Shop) -> None:
    order = await agency.ordered(agency.buyer(ALICE))
    with pytest.raises(OrderNotFound):
        await agency.holder(BOB).cash_code(order.id)
    shown = await agency.holder(ALICE).cash_code(order.id)
    assert (await agency.holder(ALICE).cash_code(order.id)).code == shown.code
    assert "<svg" in shown.qr
    assert (await agency.buyer(ALICE).order(order.id)).expires_at >= shown.expires_at
    bob = agency.agent(BOB)
    seen = await bob.find_cash_order(shown.code.lower())
    assert (seen.title, seen.amount, seen.is_paid) == (order.title, PRICE, False)
    with pytest.raises(Forbidden):
        await agency.holder(ALICE).confirm_cash(shown.code)
    both = await asyncio.gather(bob.confirm_cash(shown.code), bob.confirm_cash(shown.code))
    assert [one.is_paid for one in both] == [True, True]
    found = await agency.buyer(ALICE).order(order.id)
    assert (found.state, found.given) == (OrderState.fulfilled, {"times": 1})
    assert await agency.books() == {"asset:agents": -PRICE, "income:films": PRICE}
    with pytest.raises(OrderClosed):
        await agency.agent(CHARLIE).confirm_cash(shown.code)
    with pytest.raises(CashCodeNotFound):
        await bob.find_cash_order("1111-1118")


async def test_cash_is_not_taken_for_what_was_paid_meanwhile(agency: Agency, shop: Shop) -> None:
    order = await agency.ordered(agency.buyer(ALICE))
    shown = await agency.holder(ALICE).cash_code(order.id)
    shop.rail.answers = "approved"
    await paying(agency.buyer(ALICE), order)
    assert (await agency.agent(BOB).find_cash_order(shown.code)).is_paid
    with pytest.raises(OrderClosed):
        await agency.agent(BOB).confirm_cash(shown.code)
    with pytest.raises(OrderClosed):
        await agency.holder(ALICE).cash_code(order.id)
    assert (await agency.staff.agent_debts()).items == []


async def test_guessing_ends_and_slips_of_the_pen_do_not(agency: Agency) -> None:
    good, alice = await agency.sold(BOB), agency.holder(ALICE)
    for _ in range(10):
        with pytest.raises(CodeWorthless):
            await alice.worth("ABCD-EFGH-00000")  # its check character is wrong
    assert (await alice.worth(good)).remaining == 2000
    for _ in range(4):
        with pytest.raises(CodeWorthless):
            await alice.worth(written(drawn(VOUCHER_LENGTH)))
    with pytest.raises(TooMany):
        await alice.worth(good)
    # The account is counted as well as the address; another address does not help.
    asked = agency.holder(ALICE)
    with pytest.raises(TooMany):
        await asked.redeem(good, a_key(), viewer_address="203.0.113.9")
    with pytest.raises((VoucherNotFound, TooMany)):
        await agency.agent(CHARLIE).confirm_sale(written(drawn(VOUCHER_LENGTH)))
