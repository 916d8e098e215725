"""Paying for a film, as a browser without scripts does it."""

import re

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit.contracts.catalog.films import Film
from kit.contracts.payments.orders import OrderKind, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from tests.admin_interface.browsing import see, send
from tests.factories import accounts, catalog
from tests.public_interface.conftest import believe, visitor
from tests.public_interface.paying import (
    NUMBER,
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


@pytest.fixture
async def film(
    catalog_app: FastAPI, library_app: FastAPI, payments_app: FastAPI, accounts_app: FastAPI
) -> Film:
    """Give a film for 500 F, or 250 F for two days."""
    found = await catalog.a_published_film(
        catalog_app, library_app, title="Nuit sur la lagune",
        access_level="ppv", price_amount=500, currency="XOF",
    )  # fmt: skip
    terms = FilmTermsNew(coins=60, rental_amount=250, rental_currency="XOF")
    await ask(payments_app, ShopClient).set_film_terms(found.id, terms)
    believe(catalog_app, accounts_app)  # a factory showed it another key
    return found


async def test_a_stranger_pays_by_phone_and_the_film_opens_at_once(
    shop: FastAPI, payments_app: FastAPI, film: Film
) -> None:
    here = f"/films/{film.slug}"
    async with visitor(shop) as browser:
        page = await see(browser, here)
        for words in ("Louer", "250\N{NO-BREAK SPACE}F", "Acheter", "500\N{NO-BREAK SPACE}F"):
            assert words in page.text
        path = await ordered(browser, OrderKind.film, film.id, here)
        kept = [c for c in browser.cookies.jar if c.name == "orders"]
        assert [(c.path, c.has_nonstandard_attr("HttpOnly")) for c in kept] == [("/orders", True)]
        assert "Mixx by Yas" in (await see(browser, path)).text  # an operator of the country
        answer = await pays(browser, path)  # it is the number that says which
        assert answer.headers["location"] == path
        waiting = await see(browser, path)
        assert "Mixx by Yas vous écrit au +228" in waiting.text
        assert '<noscript><meta http-equiv="refresh" content="5">' in waiting.text
        assert f'href="{path}"' in (await see(browser, here)).text  # closed, and found again
        await comes(payments_app, path)
        assert f'href="/watch/{film.slug}"' in (await see(browser, path)).text
        await see(browser, f"/watch/{film.slug}")
        assert path not in (await see(browser, here)).text


async def test_what_was_paid_without_an_account_is_a_code_and_a_receipt(
    shop: FastAPI, payments_app: FastAPI, film: Film
) -> None:
    async with visitor(shop) as browser, visitor(shop) as elsewhere:
        path = await bought(browser, payments_app, OrderKind.film, film.id)
        code = re.search(r"<code>([A-Z0-9-]+)</code>", (await see(browser, path)).text)
        assert code
        await papers_written(payments_app, path)
        receipt = await browser.get(f"{path}/receipt.pdf")
        assert receipt.headers["content-type"] == "application/pdf"
        assert receipt.content.startswith(b"%PDF")
        for address in (path, f"{path}/receipt.pdf"):  # nobody else's
            assert (await elsewhere.get(address)).status_code == 404, address
        await send(elsewhere, "/code", "/code", {"code": code[1]})
        await see(elsewhere, f"/watch/{film.slug}")


async def test_what_did_not_work_says_why_and_another_way_pays(
    shop: FastAPI, payments_app: FastAPI, film: Film
) -> None:
    async with visitor(shop) as browser:
        path = await ordered(browser, OrderKind.rental, film.id)
        wrong = await pays(browser, path, phone="12")
        assert wrong.status_code == 422
        assert 'id="f-phone-about"' in wrong.text
        await pays(browser, path)
        await comes(payments_app, path, "decline")
        page = await see(browser, path)
        assert "pas assez d’argent" in page.text
        assert 'value="90 12 34 56"' in page.text  # the number is remembered
        answer = await pays(browser, path, way="sandbox:card")
        assert answer.headers["location"] == f"{path}/door"
        door = await see(browser, f"{path}/door")
        assert re.search(r'http-equiv="refresh" content="0;url=http[^"]+/sandbox/', door.text)
        await comes(payments_app, path)
        assert await stage(browser, path) == "done"
        listed = await see(browser, "/orders")
        assert film.title in listed.text


async def test_the_address_of_a_return_is_not_believed(
    shop: FastAPI, payments_app: FastAPI, film: Film
) -> None:
    async with visitor(shop) as browser:
        path = await ordered(browser, OrderKind.film, film.id)
        await pays(browser, path, way="sandbox:card")
        browser.headers["Sec-Fetch-Site"] = "cross-site"
        assert await stage(browser, f"{path}?status=approved&id=1") == "wait"
        browser.headers["Sec-Fetch-Site"] = "same-origin"
        gone = await send(browser, path, f"{path}/cancellation", {})
        assert gone.status_code == 303
        await comes(payments_app, path)  # money that comes late is taken all the same
        assert await stage(browser, path) == "done"


async def test_a_form_that_is_sent_twice_is_one_order_and_needs_its_token(
    shop: FastAPI, film: Film
) -> None:
    form = {"kind": "film", "subject": str(film.id), "key": a_key()}
    async with visitor(shop) as browser:
        first = await send(browser, "/code", "/orders", form)
        again = await send(browser, "/code", "/orders", form)
        assert first.headers["location"] == again.headers["location"]
        assert (await browser.post("/orders", data=form)).status_code == 403
        odd = await send(browser, "/code", "/orders", form | {"kind": "palace"})
        assert odd.headers["location"] == "/"


async def test_each_film_bought_here_stays_open_here(
    shop: FastAPI, payments_app: FastAPI, catalog_app: FastAPI, library_app: FastAPI, film: Film
) -> None:
    other = await catalog.a_published_film(
        catalog_app, library_app, access_level="ppv", price_amount=300, currency="XOF"
    )
    async with visitor(shop) as browser:
        for each in (film, other):
            path = await bought(browser, payments_app, OrderKind.film, each.id)
            assert await stage(browser, path) == "done"
        for each in (film, other):
            await see(browser, f"/watch/{each.slug}")


async def test_an_account_is_asked_for_no_code_and_never_twice_for_money(
    shop: FastAPI, payments_app: FastAPI, accounts_app: FastAPI, film: Film
) -> None:
    await accounts.a_viewer(accounts_app)
    async with visitor(shop) as browser:
        await signed_in(browser)
        path = await bought(browser, payments_app, OrderKind.film, film.id)
        page = await see(browser, path)
        assert "Gardez ce code" not in page.text
        await see(browser, f"/watch/{film.slug}")
        assert film.title in (await see(browser, "/account/orders")).text
        form = {"kind": "film", "subject": str(film.id), "key": a_key(), "next": "/films"}
        answer = await send(browser, "/account/orders", "/orders", form)
        assert answer.headers["location"] == "/films"
        assert "Vous l’avez déjà" in (await see(browser, "/films")).text


async def test_a_mailed_link_leads_to_an_order_and_pays_nothing_by_itself(
    shop: FastAPI, payments_app: FastAPI, film: Film
) -> None:
    new = OrderNew(kind=OrderKind.film, subject=str(film.id))
    made = await ask(payments_app, OrdersClient).make_order(new, a_key())
    path = f"/orders/{made.id}"
    async with visitor(shop) as phone:
        assert (await phone.get(path)).status_code == 404
        opened = await phone.get(f"{path}/with/{made.secret}")
        assert opened.headers["location"] == path
        assert await stage(phone, path) == "choose"
        await pays(phone, path)
        await comes(payments_app, path)
        assert await stage(phone, path) == "done"


async def test_the_operator_is_shown_while_the_number_is_typed(shop: FastAPI, film: Film) -> None:
    async with visitor(shop) as browser:
        path = await ordered(browser, OrderKind.film, film.id)
        token = re.search(r'name="csrf" value="([^"]+)"', (await see(browser, path)).text)
        assert token
        typed = {**NUMBER, "key": a_key(), "csrf": token[1]}
        moov = await browser.post(f"{path}/ways", data=typed | {"phone": "99 12 34 56"})
        first = re.search(r'value="([a-z_:]+)" checked', moov.text)
        assert first
        assert first[1] == "sandbox:moov"


async def test_payments_that_are_away_leave_the_code_and_say_so(
    browser: httpx.AsyncClient, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(
        catalog_app, library_app, access_level="ppv", price_amount=300, currency="XOF"
    )
    assert "Votre code" in (await see(browser, f"/films/{film.slug}")).text
    form = {"kind": "film", "subject": str(film.id), "key": a_key()}
    answer = await send(browser, "/code", "/orders", form)
    assert answer.status_code == 303


async def test_a_contested_payment_is_waited_for_and_a_lost_one_is_said_to_be_lost(
    charlie: httpx.AsyncClient, payments_app: FastAPI, film: Film
) -> None:
    path = await bought(charlie, payments_app, OrderKind.film, film.id)
    for lost, told, listed in ((0, "Nous attendons sa réponse", "contestée"),
                               (500, "a repris cet argent", "reprise par la banque")):  # fmt: skip
        async with payments_app.state.database.sessions.begin() as session:
            now = text("UPDATE \"order\" SET state = 'disputed', refunded_amount = :lost")
            await session.execute(now, {"lost": lost})
        assert told in (await see(charlie, path)).text
        assert listed in (await see(charlie, "/account/orders")).text
