"""What makers have of a sale that a bank undoes and lets stand again."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest

from kit.contracts.payments.refunds import DisputeState
from payments_service.actions.earnings import accruing, stating
from payments_service.rules.accounts import expense, maker
from payments_service.rules.journals import journal
from tests.conftest import Start
from tests.factories.selling import attempt_id
from tests.payments_service.books import balance, posted
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.disputing import follow, reversal
from tests.payments_service.giving import a_film, bought, granted
from tests.payments_service.paying import Shop, a_shop


@pytest.fixture
async def shop(settings: MakeSettings, start: Start) -> AsyncIterator[Shop]:
    async with a_shop(settings, start) as found:
        yield found


async def earned(shop: Shop, account_id: UUID) -> int:
    return -await balance(shop.app.state.database, maker(account_id, "XOF"))


async def test_makers_have_what_was_taken_from_them_and_no_more(shop: Shop) -> None:
    film_id, people = await a_film(shop.app, awa=600, kofi=400)
    order = await bought(shop)
    await granted(shop.app, order.id, film_id)
    tools, database = shop.app.state.tools, shop.app.state.database
    await accruing.accrue(tools)
    legs = [(maker(people["awa"], "XOF"), 250), (expense("goodwill", "XOF"), -250)]
    await posted(database, journal("paid", "payout", legs))
    for minutes in (1, 3):
        # Awa was paid 250 of 450: she gives back 200, and the house bears the rest.
        await follow(shop.app, attempt_id(order), reversal(DisputeState.lost, minutes))
        await accruing.accrue(tools)
        assert [await earned(shop, people[name]) for name in ("awa", "kofi")] == [0, 0]
        await follow(shop.app, attempt_id(order), reversal(DisputeState.won, minutes + 1))
        await accruing.accrue(tools)
        assert [await earned(shop, people[name]) for name in ("awa", "kofi")] == [200, 300]
    async with database.reads() as session:
        found = await stating.replay(session)
    assert (found.events, found.differences) == (5, ())
