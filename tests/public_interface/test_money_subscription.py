"""Subscriptions, as a browser without scripts uses them."""

import re
from uuid import UUID

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from kit.contracts.payments.orders import OrderKind
from kit.contracts.payments.subscriptions import Interval, Plan, PlanNew
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from payments_service.actions.orders.fulfilling import fulfil_now
from tests.admin_interface.browsing import see, send
from tests.factories import catalog
from tests.public_interface.conftest import believe, visitor
from tests.public_interface.paying import (
    ask,
    bought,
    comes,
    ordered,
    pays,
    stage,
)

MINE = "/account/subscription"


async def test_a_subscription_opens_vip_films_and_is_ended_and_taken_back(
    charlie: httpx.AsyncClient,
    shop: FastAPI,
    payments_app: FastAPI,
    catalog_app: FastAPI,
    library_app: FastAPI,
    accounts_app: FastAPI,
) -> None:
    film = await catalog.a_published_film(catalog_app, library_app, access_level="vip")
    believe(catalog_app, accounts_app)
    month, year = await _month_and_year(payments_app)
    async with visitor(shop) as stranger:
        assert 'href="/sign-in?next=/plans"' in (await see(stranger, "/plans")).text
        assert 'href="/plans"' in (await see(stranger, f"/films/{film.slug}")).text
    assert "Pas d’abonnement" in (await see(charlie, MINE)).text
    path = await bought(charlie, payments_app, OrderKind.subscription, month.id)
    assert await stage(charlie, path) == "done"
    await see(charlie, f"/watch/{film.slug}")
    assert "Payé jusqu’au" in (await see(charlie, MINE)).text
    assert "Le vôtre" in (await see(charlie, "/plans")).text
    await send(charlie, MINE, f"{MINE}/cancellation", {})
    assert "puis il s’arrête" in (await see(charlie, MINE)).text
    await send(charlie, MINE, f"{MINE}/keeping", {})
    assert "Payé jusqu’au" in (await see(charlie, MINE)).text
    change = await see(charlie, f"{MINE}/change/{year.id}")
    assert "Tout de suite" in change.text
    await send(charlie, MINE, f"{MINE}/pause", {"days": "14"})
    assert "En pause jusqu’au" in (await see(charlie, MINE)).text
    await send(charlie, MINE, f"{MINE}/resumption", {})
    assert "Payé jusqu’au" in (await see(charlie, MINE)).text


async def test_another_plan_may_follow_and_that_is_taken_back(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    month, year = await _month_and_year(payments_app)
    await bought(charlie, payments_app, OrderKind.subscription, month.id)
    await send(charlie, f"{MINE}/change/{year.id}", f"{MINE}/change", {"plan_id": str(year.id)})
    changing = (await see(charlie, MINE)).text
    assert "Ensuite : Année, 20\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}F par an." in changing
    assert "Prend la suite" in changing
    assert f"{MINE}/change/{year.id}" not in changing
    await send(charlie, MINE, f"{MINE}/keeping", {})
    kept = (await see(charlie, MINE)).text
    assert "Ensuite" not in kept
    assert f"{MINE}/change/{year.id}" in kept


async def test_a_subscription_that_ends_soon_is_renewed_from_its_page(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    plan, _ = await _month_and_year(payments_app)
    await bought(charlie, payments_app, OrderKind.subscription, plan.id)
    async with payments_app.state.database.sessions.begin() as session:
        soon = "UPDATE subscription SET period_start = period_start - interval '29 days',"
        await session.execute(text(f"{soon} period_end = period_end - interval '29 days'"))
    assert f'action="{MINE}/renewal"' in (await see(charlie, MINE)).text
    path = (await send(charlie, MINE, f"{MINE}/renewal", {})).headers["location"]
    await pays(charlie, path)
    await comes(payments_app, path)
    assert await stage(charlie, path) == "done"


async def test_a_subscriber_whose_address_is_not_confirmed_is_asked_to_confirm_it(
    charlie: httpx.AsyncClient, payments_app: FastAPI, accounts_app: FastAPI
) -> None:
    plan, _ = await _month_and_year(payments_app)
    await bought(charlie, payments_app, OrderKind.subscription, plan.id)
    sends_again = 'action="/account/security/verification"'
    assert sends_again not in (await see(charlie, MINE)).text
    async with accounts_app.state.database.sessions.begin() as session:
        await session.execute(text("UPDATE account SET email_verified_at = NULL"))
    page = (await see(charlie, MINE)).text
    assert "Confirmez charlie@example.org" in page
    assert sends_again in page


async def test_who_has_ended_is_led_to_the_plans(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    plan, _ = await _month_and_year(payments_app)
    await bought(charlie, payments_app, OrderKind.subscription, plan.id)
    leads_on = '<a class="button" data-kind="primary" href="/plans"'
    assert leads_on not in (await see(charlie, MINE)).text
    over = "UPDATE subscription SET state = 'expired', ended_at = now(), next_at = NULL"
    async with payments_app.state.database.sessions.begin() as session:
        await session.execute(text(over))
    assert leads_on in (await see(charlie, MINE)).text


async def test_a_change_at_once_to_what_costs_less_ends_the_period_before_and_refunds_nothing(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    month, year = await _month_and_year(payments_app)
    path = await bought(charlie, payments_app, OrderKind.subscription, year.id)
    assert f'href="{path}/refund"' in (await see(charlie, path)).text
    (whole,) = await _periods(charlie)
    changed = await ordered(charlie, OrderKind.subscription, month.id)
    await fulfil_now(payments_app.state.tools, UUID(changed.rpartition("/")[2]))
    assert await stage(charlie, changed) == "done"
    assert f'href="{changed}/refund"' not in (await see(charlie, changed)).text
    assert 'class="test-money"' in (await see(charlie, changed)).text
    newest, before = await _periods(charlie)
    began, _, ends = before.partition(" → ")
    assert (began, ends) == (newest.partition(" → ")[0],) * 2
    assert before != whole


async def _periods(browser: httpx.AsyncClient) -> list[str]:
    """Return the dates of the periods on the page, the newest first."""
    page = (await see(browser, MINE)).text
    return re.findall(r'<small class="quiet">([^<]* → [^<]*)</small>', page)


async def _month_and_year(app: FastAPI) -> tuple[Plan, Plan]:
    plans = ask(app, SubscriptionsClient)
    month = await plans.make_plan(PlanNew(title="Mois", interval=Interval.month, amount=2000))
    year = await plans.make_plan(PlanNew(title="Année", interval=Interval.year, amount=20_000))
    return month, year
