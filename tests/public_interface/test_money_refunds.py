"""Giving back what was bought, as a browser without scripts does it."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit.contracts.catalog.films import Film
from kit.contracts.payments.coins import PackNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.orders import OrderKind
from kit.contracts.payments.refunds import Refund, RefundNew, RefundQuery, RefundState
from kit.contracts.payments.refunds_client import RefundsClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions import Interval, PlanNew
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from public_interface.app import create_app
from tests.admin_interface.browsing import see, send
from tests.conftest import Start
from tests.factories import accounts, catalog
from tests.payments_service.giving import Silent, hurried, until
from tests.public_interface.conftest import believe, portal_settings, speaking_to, visitor
from tests.public_interface.paying import (
    a_key,
    ask,
    bought,
    comes,
    ordered,
    papers_written,
    pays,
    signed_in,
    stage,
)
from tests.public_interface.watching import closed, opened, watches
from tests.wiring import http

STUDIO = "studio@example.org"
NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture
async def film(
    catalog_app: FastAPI, library_app: FastAPI, payments_app: FastAPI, accounts_app: FastAPI
) -> Film:
    """Give a film for 500 F."""
    found = await catalog.a_published_film(
        catalog_app, library_app, title="Nuit sur la lagune",
        access_level="ppv", price_amount=500, currency="XOF",
    )  # fmt: skip
    terms = FilmTermsNew(rental_amount=250, rental_currency="XOF")
    await ask(payments_app, ShopClient).set_film_terms(found.id, terms)
    believe(catalog_app, accounts_app)
    return found


async def gives_back(
    browser: httpx.AsyncClient, path: str, way: str = "source", key: str = ""
) -> httpx.Response:
    form = {"way": way, "key": key or a_key()}
    return await send(browser, "/code", f"{path}/refund", form)


async def refunds(app: FastAPI, path: str) -> list[Refund]:
    query = RefundQuery(order_id=UUID(path.rpartition("/")[2]))
    return (await ask(app, RefundsClient).refunds(query)).items


async def settled(app: FastAPI, path: str) -> Refund:
    """Return the newest refund of an order, once it has come to an end."""
    found = await until(
        lambda: refunds(app, path), lambda all_of_it: all_of_it[0].state != RefundState.pending
    )
    return found[0]


async def test_a_film_paid_by_phone_is_given_back_and_closes_again(
    charlie: httpx.AsyncClient, payments_app: FastAPI, film: Film
) -> None:
    path = await bought(charlie, payments_app, OrderKind.film, film.id)
    await papers_written(payments_app, path)
    order = (await see(charlie, path)).text
    assert f'href="{path}/refund"' in order
    assert "tant que rien n’est commencé" in order
    page = (await see(charlie, f"{path}/refund")).text
    closes = "Le film se ferme dès votre demande, et se rouvre si elle est refusée."
    for words in ("Rendre ce film", "vers Mixx by Yas (+228", f"500{NO_BREAK}F", closes):
        assert words in page, words
    assert f"55{NO_BREAK}pièces" in page
    assert "dont 5 offertes" in page
    assert await refunds(payments_app, path) == [], "looking gives nothing back"
    answer = await gives_back(charlie, path)
    assert answer.headers["location"] == f"{path}/refund"
    assert (await settled(payments_app, path)).way == "source"
    done = (await see(charlie, f"{path}/refund")).text
    assert "C’est remboursé" in done
    assert "Le film est de nouveau fermé." in done
    assert await stage(charlie, path) == "refunded"
    assert "Voir le remboursement" in (await see(charlie, path)).text
    note = await charlie.get(f"{path}/credit-note.pdf")
    assert note.content.startswith(b"%PDF")
    await closed(charlie, payments_app, film)


async def test_a_form_that_is_sent_again_refunds_once_and_needs_its_token(
    charlie: httpx.AsyncClient, payments_app: FastAPI, film: Film
) -> None:
    path = await bought(charlie, payments_app, OrderKind.film, film.id)
    form = {"way": "coins", "key": a_key()}
    assert (await charlie.post(f"{path}/refund", data=form)).status_code == 403
    assert (await send(charlie, path, f"{path}/refund", {"way": "gold"})).status_code == 303
    assert await refunds(payments_app, path) == []
    for key in (form["key"], form["key"], a_key()):
        answer = await gives_back(charlie, path, "coins", key)
        assert answer.headers["location"] == f"{path}/refund"
    assert len(await refunds(payments_app, path)) == 1
    assert "C’est remboursé" in (await see(charlie, f"{path}/refund")).text
    wallet = (await see(charlie, "/account/wallet")).text
    assert "<span>55</span>" in wallet
    assert f"Rendues · {film.title}" in wallet


async def test_who_has_no_account_is_refunded_where_they_paid_and_the_code_closes(
    shop: FastAPI, payments_app: FastAPI, film: Film
) -> None:
    async with visitor(shop) as browser, visitor(shop) as elsewhere:
        path = await bought(browser, payments_app, OrderKind.film, film.id)
        assert await stage(browser, path) == "done"
        page = (await see(browser, f"{path}/refund")).text
        assert 'value="coins"' not in page
        assert (await elsewhere.get(f"{path}/refund")).status_code == 404
        await gives_back(browser, path)
        assert (await settled(payments_app, path)).state == RefundState.succeeded
        await closed(browser, payments_app, film)


async def test_a_refund_is_nobody_elses_to_see_or_to_ask_for(
    charlie: httpx.AsyncClient,
    shop: FastAPI,
    payments_app: FastAPI,
    accounts_app: FastAPI,
    film: Film,
) -> None:
    path = await bought(charlie, payments_app, OrderKind.film, film.id)
    await accounts.an_admin(accounts_app)
    await accounts.a_viewer(accounts_app, "awa@example.org")
    for email in ("awa@example.org", "bob@example.org", ""):
        async with visitor(shop) as other:
            if email:
                await signed_in(other, email)
            assert (await other.get(f"{path}/refund")).status_code == 404, email
            assert (await other.get(f"{path}/credit-note.pdf")).status_code == 404, email
            asked = await send(other, "/code", f"{path}/refund", {"way": "source", "key": a_key()})
            assert asked.status_code == 404, email
    assert await refunds(payments_app, path) == []


async def test_what_was_begun_is_kept_on_every_device_and_the_studio_is_named(
    catalog_app: FastAPI,
    tokens_app: FastAPI,
    accounts_app: FastAPI,
    payments_app: FastAPI,
    valkey_url: str,
    start: Start,
    film: Film,
) -> None:
    clients = speaking_to(catalog_app, tokens_app, accounts_app, None, payments_app)
    shop = await start(create_app(portal_settings(valkey_url, seller_email=STUDIO), *clients))
    for each in (shop, tokens_app):
        believe(each, accounts_app)
    async with visitor(shop) as browser, visitor(shop) as elsewhere:
        path = await bought(browser, payments_app, OrderKind.film, film.id)
        code = re.search(r"<code>([A-Z0-9-]+)</code>", (await see(browser, path)).text)
        assert code
        assert STUDIO not in (await see(browser, f"{path}/refund")).text
        await send(elsewhere, "/code", "/code", {"code": code[1]})
        await watches(elsewhere, film, 5)
        page = (await see(browser, f"{path}/refund")).text
        assert "ce qui a été regardé ne se rend pas" in page
        assert f'href="mailto:{STUDIO}?subject=Rembourser' in page
        assert f'action="{path}/refund"' not in page
        await gives_back(browser, path)
        assert await refunds(payments_app, path) == []


async def test_what_is_too_old_says_since_when(
    charlie: httpx.AsyncClient, payments_app: FastAPI, film: Film
) -> None:
    path = await bought(charlie, payments_app, OrderKind.film, film.id)
    async with payments_app.state.database.sessions.begin() as session:
        older = text('UPDATE "order" SET paid_at = paid_at - CAST(:by AS interval)')
        await session.execute(older, {"by": timedelta(days=8)})
    page = (await see(charlie, f"{path}/refund")).text
    assert "Le délai pour le rendre est passé depuis le" in page
    assert "mailto:" not in page, "no address is set"
    await gives_back(charlie, path)
    assert await refunds(payments_app, path) == []


async def test_a_refund_on_its_way_is_followed_until_it_is_there(
    charlie: httpx.AsyncClient, payments_app: FastAPI, film: Film
) -> None:
    path = await bought(charlie, payments_app, OrderKind.film, film.id)
    providers = payments_app.state.tools.providers
    sandbox = providers["sandbox"]
    providers["sandbox"] = Silent(sandbox)
    await gives_back(charlie, path)
    page = (await see(charlie, f"{path}/refund")).text
    assert 'data-stage="moving"' in page
    assert "Le film est fermé en attendant, et se rouvre si c’est refusé." in page
    assert '<noscript><meta http-equiv="refresh" content="5">' in page
    await closed(charlie, payments_app, film)
    sheet = (await see(charlie, f"/films/{film.slug}")).text
    assert "Le remboursement de ce film est en route" in sheet
    assert f'href="{path}/refund"' in sheet
    assert f"500{NO_BREAK}F" in sheet, "it can be bought again"
    order = (await see(charlie, path)).text
    assert "Le remboursement est en route" in order
    assert f'href="/watch/{film.slug}"' not in order
    providers["sandbox"] = sandbox
    await hurried(payments_app)
    await settled(payments_app, path)
    fragment = await charlie.get(f"{path}/refund?fragment=1")
    assert 'data-stage="done"' in fragment.text
    assert "<html" not in fragment.text


async def test_a_refund_that_was_refused_is_chosen_again(
    charlie: httpx.AsyncClient, payments_app: FastAPI, film: Film
) -> None:
    path = await ordered(charlie, OrderKind.film, film.id)
    await pays(charlie, path, phone="90 12 34 00")  # the sandbox sends nothing there
    await comes(payments_app, path)
    await gives_back(charlie, path)
    assert (await settled(payments_app, path)).state == RefundState.failed
    page = (await see(charlie, f"{path}/refund")).text
    assert "Le remboursement n’a pas abouti" in page
    await opened(charlie, film)
    await gives_back(charlie, path, "coins")
    assert [each.state for each in await refunds(payments_app, path)] == ["succeeded", "failed"]
    assert "échoué" in (await see(charlie, f"{path}/refund")).text


async def test_coins_go_back_for_money_until_one_is_spent(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    coins = ask(payments_app, CoinsClient)
    pack = await coins.make_pack(PackNew(name_fr="Poignée", coins=50, amount=1000))
    first, second = [
        await bought(charlie, payments_app, OrderKind.coins, pack.id) for _ in range(2)
    ]
    page = (await see(charlie, f"{first}/refund")).text
    assert "Rendre ces pièces" in page
    assert 'value="coins"' not in page, "a dear pack would come back as more coins"
    await gives_back(charlie, first)
    await settled(payments_app, first)
    assert "ont quitté votre portefeuille" in (await see(charlie, f"{first}/refund")).text
    async with payments_app.state.database.sessions.begin() as session:
        await session.execute(text("UPDATE coin_lot SET remaining = 1 WHERE remaining > 0"))
    assert "sont dépensées" in (await see(charlie, f"{second}/refund")).text


async def test_a_subscription_says_how_it_ends_instead(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    plans = ask(payments_app, SubscriptionsClient)
    plan = await plans.make_plan(PlanNew(title="Mois", interval=Interval.month, amount=2000))
    path = await bought(charlie, payments_app, OrderKind.subscription, plan.id)
    page = (await see(charlie, f"{path}/refund")).text
    assert "Un abonnement ne se rend pas" in page
    assert 'href="/account/subscription"' in page


async def test_a_part_that_staff_gave_back_is_seen_and_the_film_stays(
    charlie: httpx.AsyncClient, payments_app: FastAPI, accounts_app: FastAPI, film: Film
) -> None:
    path = await ordered(charlie, OrderKind.film, film.id)
    assert (await charlie.get(f"{path}/refund")).headers["location"] == path, "nothing is paid yet"
    await pays(charlie, path)
    await comes(payments_app, path)
    bob = await accounts.an_admin(accounts_app)
    staff = RefundsClient(http(payments_app)).acting(bob.access_token)
    part = RefundNew(amount=200, reason="Le son a sauté")
    await staff.refund(UUID(path.rpartition("/")[2]), part, a_key())
    await settled(payments_app, path)
    page = (await see(charlie, f"{path}/refund")).text
    assert f"200{NO_BREAK}F" in page
    assert "de nouveau fermé" not in page
    await see(charlie, f"/watch/{film.slug}")
