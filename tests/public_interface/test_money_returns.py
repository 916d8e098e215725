"""Films that coins opened, given back for them."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select, text

from kit.contracts.catalog.films import Film
from kit.contracts.payments.coins import HouseGift
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.shop import BundleNew, FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from payments_service.models.shop import Grant
from tests.admin_interface.browsing import see, send
from tests.factories import accounts, catalog
from tests.public_interface.conftest import believe, visitor
from tests.public_interface.paying import a_key, ask, signed_in
from tests.public_interface.watching import closed, watches
from tests.wiring import http

WALLET = "/account/wallet"


@pytest.fixture
async def films(
    catalog_app: FastAPI, library_app: FastAPI, payments_app: FastAPI, accounts_app: FastAPI
) -> list[Film]:
    """Give two films for 60 coins each."""
    made = [
        await catalog.a_published_film(
            catalog_app, library_app, title=title,
            access_level="ppv", price_amount=500, currency="XOF",
        )
        for title in ("Nuit sur la lagune", "Le fleuve")
    ]  # fmt: skip
    for each in made:
        await ask(payments_app, ShopClient).set_film_terms(each.id, FilmTermsNew(coins=60))
    believe(catalog_app, accounts_app)
    return made


@pytest.fixture
async def charlie(shop: FastAPI, accounts_app: FastAPI, payments_app: FastAPI) -> httpx.AsyncClient:
    """Sign Charlie in, who has 200 coins."""
    signed = await accounts.a_viewer(accounts_app)
    gift = HouseGift(account_id=signed.account.id, amount=200, reason="Bienvenue")
    await ask(payments_app, CoinsClient).grant(gift, key=a_key())
    browser = visitor(shop)
    await signed_in(browser)
    return browser


async def unlocked(browser: httpx.AsyncClient, payments: FastAPI, film: Film) -> str:
    """Open a film for coins; return the page where it is given back."""
    here = f"/films/{film.slug}"
    form = {"film_id": str(film.id), "kind": "own", "key": a_key()}
    assert (await send(browser, here, f"{here}/unlock", form)).status_code == 303
    async with payments.state.database.reads() as session:
        of_film = select(Grant.id).where(Grant.film_id == film.id).order_by(Grant.id.desc())
        grant_id = (await session.scalars(of_film)).first()
    return f"{WALLET}/returns/{grant_id}"


async def test_an_unwatched_film_goes_back_for_its_coins_once_and_closes(
    charlie: httpx.AsyncClient, payments_app: FastAPI, films: list[Film]
) -> None:
    path = await unlocked(charlie, payments_app, films[0])
    assert f'<a href="{path}">Rendre ce film</a>' in (await see(charlie, WALLET)).text
    page = (await see(charlie, path)).text
    assert "60\N{NO-BREAK SPACE}pièces" in page
    assert "Possible jusqu’au" in page
    assert "<span>140</span>" in (await see(charlie, WALLET)).text, "looking gives nothing back"
    assert (await charlie.post(path)).status_code == 403
    for _ in range(2):
        assert (await send(charlie, path if _ == 0 else WALLET, path, {})).status_code == 303
    assert "C’est rendu" in (await see(charlie, path)).text
    wallet = (await see(charlie, WALLET)).text
    assert "<span>200</span>" in wallet
    assert path not in wallet
    await closed(charlie, payments_app, films[0])


async def test_a_film_that_was_begun_or_is_too_old_stays_and_says_why(
    charlie: httpx.AsyncClient, payments_app: FastAPI, films: list[Film]
) -> None:
    begun, old = [await unlocked(charlie, payments_app, film) for film in films]
    await watches(charlie, films[0], 5)
    async with payments_app.state.database.sessions.begin() as session:
        older = text("UPDATE access_grant SET created_at = created_at - CAST(:by AS interval)")
        await session.execute(older, {"by": timedelta(hours=49)})
    wallet = (await see(charlie, WALLET)).text
    assert "Commencé : ne se rend plus" in wallet
    assert "Délai passé : ne se rend plus" in wallet
    assert "ce qui a été regardé ne se rend pas" in (await see(charlie, begun)).text
    assert "Le délai pour le rendre est passé." in (await see(charlie, old)).text
    await send(charlie, WALLET, begun, {})
    assert "<span>80</span>" in (await see(charlie, WALLET)).text
    await see(charlie, f"/watch/{films[0].slug}")


async def test_films_that_came_together_go_back_together(
    charlie: httpx.AsyncClient, payments_app: FastAPI, films: list[Film]
) -> None:
    shop = ask(payments_app, ShopClient)
    both = BundleNew(title_fr="Deux nuits", film_ids=[f.id for f in films], amount=800, coins=90)
    bundle = await shop.make_bundle(both)
    own = ShopClient(http(payments_app)).acting(charlie.cookies["account_access"])
    grants = (await own.unlock_bundle(bundle.id)).grants
    path = f"{WALLET}/returns/{grants[0].id}"
    assert "Rendre ces films</a>" in (await see(charlie, WALLET)).text
    page = (await see(charlie, path)).text
    assert "90\N{NO-BREAK SPACE}pièces" in page
    for film in films:
        assert film.title in page
    await send(charlie, path, path, {})
    for film in films:
        await closed(charlie, payments_app, film)


async def test_a_film_is_nobody_elses_to_give_back(
    charlie: httpx.AsyncClient,
    shop: FastAPI,
    payments_app: FastAPI,
    accounts_app: FastAPI,
    films: list[Film],
) -> None:
    path = await unlocked(charlie, payments_app, films[0])
    await accounts.a_viewer(accounts_app, "awa@example.org")
    await accounts.an_admin(accounts_app)
    for email in ("awa@example.org", "bob@example.org"):
        async with visitor(shop) as other:
            await signed_in(other, email)
            assert (await other.get(path)).status_code == 404, email
            assert (await send(other, WALLET, path, {})).status_code == 404, email
    async with visitor(shop) as stranger:
        assert (await stranger.get(path)).headers["location"].startswith("/sign-in")
    assert "Possible jusqu’au" in (await see(charlie, path)).text
