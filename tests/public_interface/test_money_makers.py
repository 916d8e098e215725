"""The film-maker's space, and what payments are told of watching."""

import re
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit.contracts.catalog.films import Film
from kit.contracts.payments.earnings import MakersChange, Share
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.orders import OrderKind
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from payments_service.actions.earnings import accruing
from payments_service.queries import ledger
from payments_service.rules.accounts import expense, maker
from payments_service.rules.journals import journal
from tests.admin_interface.browsing import see, send
from tests.factories import accounts, catalog
from tests.public_interface.conftest import believe, visitor
from tests.public_interface.paying import a_key, ask, bought, signed_in, stage
from tests.public_interface.watching import watches

HERE = "/account/earnings"
PLACE = {"phone": "90 12 34 56", "country": "TG", "method": "mixx", "holder_name": "Charlie"}


@pytest.fixture
async def film(
    catalog_app: FastAPI, library_app: FastAPI, payments_app: FastAPI, accounts_app: FastAPI
) -> Film:
    """Give a film of Charlie's that costs 8 000 F."""
    charlie = await accounts.a_viewer(accounts_app)
    found = await catalog.a_published_film(
        catalog_app, library_app, title="Nuit sur la lagune",
        access_level="ppv", price_amount=8000, currency="XOF",
    )  # fmt: skip
    believe(catalog_app, accounts_app)
    mine = MakersChange(shares=[Share(account_id=charlie.account.id, per_mille=1000)])
    await ask(payments_app, EarningsClient).set_makers(found.id, mine)
    await ask(payments_app, ShopClient).set_film_terms(
        found.id, FilmTermsNew(rental_amount=300, rental_currency="XOF")
    )
    return found


@pytest.fixture
async def charlie(shop: FastAPI, film: Film) -> httpx.AsyncClient:
    browser = visitor(shop)
    await signed_in(browser)
    return browser


async def test_nobody_is_asked_to_pay_for_their_own_film(
    charlie: httpx.AsyncClient, film: Film
) -> None:
    page = await see(charlie, f"/films/{film.slug}")
    assert "Acheter" not in page.text
    assert "C’est votre film" in page.text or f'href="/watch/{film.slug}"' in page.text
    form = {"kind": "film", "subject": str(film.id), "key": a_key(), "next": "/films"}
    answer = await send(charlie, "/account", "/orders", form)
    assert answer.headers["location"] == "/films"
    assert "C’est votre film" in (await see(charlie, "/films")).text


async def test_half_a_minute_of_a_film_is_a_view_once_a_day_and_begins_a_rental(
    shop: FastAPI, payments_app: FastAPI, accounts_app: FastAPI, film: Film
) -> None:
    await accounts.a_viewer(accounts_app, "awa@example.org")
    async with visitor(shop) as awa:
        await signed_in(awa, "awa@example.org")
        await bought(awa, payments_app, OrderKind.rental, film.id)
        for seconds in (5, 31, 50):
            await watches(awa, film, seconds)
    async with payments_app.state.database.reads() as session:
        views = (await session.execute(text("SELECT film_id FROM view"))).scalars().all()
        begun = (await session.execute(text("SELECT started_at FROM access_grant"))).scalar()
    assert [UUID(str(each)) for each in views] == [film.id]
    assert begun is not None


async def test_a_rental_without_an_account_runs_from_its_first_play(
    shop: FastAPI, payments_app: FastAPI, film: Film
) -> None:
    async with visitor(shop) as stranger:
        path = await bought(stranger, payments_app, OrderKind.rental, film.id)
        assert await stage(stranger, path) == "done"
        await watches(stranger, film, 1)
    async with payments_app.state.database.reads() as session:
        told = text("SELECT started_at, expires_at FROM access_grant")
        started_at, expires_at = (await session.execute(told)).one()
    assert expires_at == started_at + timedelta(hours=48)


async def test_a_film_maker_sees_what_a_sale_brought_and_asks_to_be_paid(
    charlie: httpx.AsyncClient, shop: FastAPI, payments_app: FastAPI, film: Film
) -> None:
    assert "Dites plus bas où vous voulez être payé" in (await see(charlie, HERE)).text
    async with visitor(shop) as stranger:
        for _ in range(2):
            await bought(stranger, payments_app, OrderKind.film, film.id)
            stranger.cookies.clear()
    await accruing.accrue(payments_app.state.tools)
    await earned_long_ago(payments_app, film)
    wrong = await send(charlie, HERE, f"{HERE}/account", PLACE | {"phone": "12"})
    assert 'id="f-phone-about"' in wrong.text
    assert "un numéro qui peut recevoir de l’argent" in wrong.text
    assert (await send(charlie, HERE, f"{HERE}/account", PLACE)).status_code == 303
    page = await see(charlie, HERE)
    assert "Mixx by Yas" in page.text
    assert "Nuit sur la lagune" in page.text
    assert 'class="bars"' in page.text
    assert "payable après" not in page.text, "nothing has to wait here"
    assert f'action="{HERE}/payouts"' in page.text
    answer = await send(charlie, HERE, f"{HERE}/payouts", {"key": a_key()})
    assert answer.headers["location"] == HERE
    page = await see(charlie, HERE)
    took_back = re.search(rf'action="({HERE}/payouts/[0-9a-f-]+/withdrawal)"', page.text)
    assert took_back
    await send(charlie, HERE, took_back[1], {})
    page = await see(charlie, HERE)
    assert "Vous l’avez repris" in page.text
    assert f'action="{HERE}/payouts"' in page.text


async def earned_long_ago(app: FastAPI, film: Film) -> None:
    """Let the maker of a film have earned what is old enough to be paid."""
    maker_id = (await ask(app, EarningsClient).makers_of(film.id)).shares[0].account_id
    legs = [(expense("makers", "XOF"), 9000), (maker(maker_id, "XOF"), -9000)]
    async with app.state.database.sessions.begin() as session:
        await ledger.post(session, journal("earned:long-ago", "earning", legs))
