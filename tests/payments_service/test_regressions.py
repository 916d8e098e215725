"""What goes wrong elsewhere, and is a test here: the list in docs/payments.md names each."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from fastapi import FastAPI

from kit.contracts.payments.orders import AttemptState, OrderState
from payments_service.app import create_app
from payments_service.tasks.earnings import tasks as earning
from payments_service.tasks.orders import tasks as ordering
from suite.migrations import run as migrations
from tests.cast import ALICE
from tests.factories.selling import PRICE, attempt_id, kiosks, ordered, paying
from tests.fakes.network import Trouble
from tests.fakes.plain_rail import PlainRail
from tests.fakes.rail import to_app
from tests.payments_service.conftest import MakeSettings
from tests.payments_service.paying import (
    Shop,
    aged,
    in_books,
    looked,
    settled,
    story,
    strangers_to_all,
)

ROOT = Path(__file__).parent.parent.parent
NAMED = re.compile(r"`(tests/[a-z_/]+\.py)::(test_\w+)`")


@asynccontextmanager
async def running(settings: MakeSettings, rail: PlainRail) -> AsyncIterator[Shop]:
    """Run payments_service from its start to its end."""
    away = strangers_to_all()
    app: FastAPI = create_app(
        settings(sandbox=False), *away, providers=[rail.open()], sellers=kiosks()
    )
    async with app.router.lifespan_context(app):
        yield Shop(app, rail, to_app(app, rail.provider))


async def test_payments_go_on_through_a_restart_and_a_migration(settings: MakeSettings) -> None:
    """Begun before, paid while nothing ran and nobody was told; and a new one, paid as ever."""
    url = settings().database_url
    async with PlainRail() as rail:
        async with running(settings, rail) as shop:
            alice = shop.person(ALICE)
            begun = await paying(alice, await ordered(alice))
            before = await alice.methods(PRICE, "XOF", "BJ")
            rail.approve(shop.charge_of(begun).ref)
            rail.waiting.clear()
        migrations.downgrade("payments_service", url, "0005")
        migrations.upgrade("payments_service", url)
        async with running(settings, rail) as shop:
            await aged(shop.app, timedelta(seconds=11))
            found = await settled(shop.app, begun, OrderState.fulfilled)
            assert found.given == {"times": 1}
            alice = shop.person(ALICE)
            assert (await alice.methods(PRICE, "XOF", "BJ")) == before, "nothing stopped being sold"
            again = await paying(alice, await ordered(alice))
            rail.approve(shop.charge_of(again).ref)
            assert set(await rail.deliver(shop.post)) == {202}
            await settled(shop.app, again, OrderState.fulfilled)
            assert await in_books(shop.app, rail) == rail.held("XOF") == 2 * PRICE


async def test_what_the_provider_has_not_heard_of_at_once_is_not_the_end(
    settings: MakeSettings,
) -> None:
    async with PlainRail() as rail, running(settings, rail) as shop:
        order = await paying(shop.stranger, made := await ordered(shop.stranger))
        rail.troubles = [Trouble("GET /charges", 404, {})]
        assert await looked(shop.app, attempt_id(order)) == "unheard"
        attempt = (await story(shop.app, made.id)).attempts[-1]
        assert (attempt.state, attempt.next_check_at is not None) == (AttemptState.pending, True)
        rail.approve(shop.charge_of(order).ref)
        assert await looked(shop.app, attempt_id(order)) == "paid"


def test_nobody_has_to_press_anything_for_shares_receipts_and_lost_payments() -> None:
    """What others leave to hands is a schedule here: shares, papers, webhooks that were missed."""
    by_itself = {name: task.every for name, task in (earning + ordering).by_name.items()}
    for name, seconds in (
        ("accrue", 3600),
        ("state_months", 3600),
        ("find_unpapered", 60),
        ("mind_disputes", 3600),
        ("mind_decided_disputes", 86_400),
        ("mind_payments", 5),
        ("find_forgotten", 60),
    ):
        assert by_itself[name] == seconds, name


def test_each_of_the_list_is_a_test_that_there_is() -> None:
    words = (ROOT / "docs" / "payments.md").read_text()
    named = NAMED.findall(words)
    assert len(named) > 20
    for path, name in named:
        there = re.findall(r"^(?:async )?def (test_\w+)\(", (ROOT / path).read_text(), re.MULTILINE)
        assert name in there, path
