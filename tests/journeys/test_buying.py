"""A new viewer on a telephone: coins by mobile money, a film unlocked with them, and watched."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

import accounts_service.app
import catalog_service.app
import payments_service.app
import transcoder_service.app
from accounts_service.settings import Settings as AccountsSettings
from kit.client import ServiceClient, Signer
from kit.contracts.accounts import AccountsClient
from kit.contracts.catalog.changes import FilmChange
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.payments.coins import PackNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient
from kit.contracts.transcoder.client import VideoLibraryClient
from kit.settings import WEAK
from payments_service.settings import Settings as PaymentsSettings
from public_interface.app import create_app
from tests.catalog_service.conftest import (
    API_KEY,
    LIBRARY,
    MakeSettings,
    nobody,
    settings,
    tokens_app,
)
from tests.conftest import DatabaseUrl, Start
from tests.factories import accounts, payments
from tests.factories.catalog import as_admin
from tests.journeys.cinema import Cinema, a_film_on_screen, own_library, plays_on, served, viewer
from tests.journeys.running import free_ports
from tests.public_interface.conftest import believe, portal_settings, speaking_to
from tests.wiring import http

__all__ = ["settings", "tokens_app"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"


@dataclass
class Kiosk(Cinema):
    """A cinema that sells."""

    accounts: FastAPI | None = None
    payments: FastAPI | None = None


@pytest.fixture
async def kiosk(
    database_url: DatabaseUrl,
    valkey_url: str,
    tmp_path: Path,
    start: Start,
    settings: MakeSettings,
    tokens_app: FastAPI,
) -> AsyncIterator[Kiosk]:
    ports = free_ports(3)
    portal_url, origin_url, payments_url = (f"http://127.0.0.1:{port}" for port in ports)
    made_library = own_library(database_url("transcoder_service"), valkey_url, tmp_path, *ports)
    library_app = await start(transcoder_service.app.create_app(made_library))
    library = VideoLibraryClient(http(library_app), LIBRARY, API_KEY)
    codes = TokensClient(http(tokens_app), Signer(WEAK, "catalog_service", "tokens_service"))
    made = settings(bunny_cdn_url=origin_url)
    catalog = await start(catalog_service.app.create_app(made, library, codes, *nobody()))
    people = await start(
        accounts_service.app.create_app(
            AccountsSettings(
                environment="test",
                database_url=database_url("accounts_service"),
                valkey_url=valkey_url,
            ),
            PublisherClient(http(FastAPI())),
        )
    )
    till = await start(
        payments_service.app.create_app(
            PaymentsSettings(
                environment="test",
                database_url=database_url("payments_service"),
                valkey_url=valkey_url,
                portal_public_url=portal_url,
                public_url=payments_url,
            ),
            *_siblings(catalog, tokens_app, people),
        )
    )
    own = portal_settings(valkey_url, bunny_cdn_url=origin_url, portal_public_url=portal_url)
    clients = (
        OrdersClient.at(own, payments_url) if isinstance(each, OrdersClient) else each
        for each in speaking_to(catalog, tokens_app, people, None, till)
    )  # an order is followed live: that takes a real line
    portal = await start(create_app(own, *clients))
    believe(portal, people)
    found = Kiosk(portal_url, catalog, tokens_app, library, accounts=people, payments=till)
    async with served((portal, ports[0]), (library_app, ports[1]), (till, ports[2])):
        yield found
        for each in (portal, till):
            each.state.stopping.set()
    assert found.troubles == []


async def test_coins_by_mobile_money_unlock_a_film_that_plays(kiosk: Kiosk, tmp_path: Path) -> None:
    slug = await _on_sale(kiosk, tmp_path)
    async with viewer(kiosk, width=360) as page:
        await page.goto(f"{kiosk.url}/films/{slug}")
        await page.get_by_role("link", name="60 pièces").click()
        await page.get_by_label("E-mail").first.fill("charlie@example.org")
        await page.get_by_label("Mot de passe").fill(accounts.PASSWORD)
        await page.get_by_role("button", name="Se connecter", exact=True).click()
        await page.get_by_role("link", name="60 pièces").click()  # none yet: to the wallet
        await _buys_coins(page)
        await page.get_by_role("link", name="Continuer").click()
        await expect(page).to_have_url(f"{kiosk.url}/films/{slug}")
        await page.get_by_role("button", name="60 pièces").click()
        await plays_on(page, 1)
        await page.goto(f"{kiosk.url}/account/wallet")
        await expect(page.locator(".balance .coin")).to_contain_text("60")


async def _buys_coins(page: Page) -> None:
    """Three presses: the pack, the number, and the button. What the phone says is seen live."""
    await page.get_by_role("button", name="Poignée").click()
    assert await page.evaluate(SIDEWAYS) <= 0
    await page.get_by_label("Numéro qui paie").fill("90 12 34 56")
    await expect(page.locator(".way :checked")).to_have_value("sandbox:mixx", timeout=45_000)
    await page.get_by_role("button", name="Payer 1 000 F").click()
    waiting = "Confirmez sur votre téléphone"
    await expect(page.get_by_role("heading")).to_have_text(waiting, timeout=45_000)
    assert await page.evaluate(SIDEWAYS) <= 0
    address = page.url
    await page.goto("about:blank")  # closed, and opened again
    await page.goto(address)
    await expect(page.get_by_role("heading")).to_have_text("C’est payé", timeout=45_000)
    await expect(page.locator(".state")).to_contain_text("120 pièces sont dans votre portefeuille")


async def _on_sale(kiosk: Kiosk, folder: Path) -> str:
    assert kiosk.accounts is not None
    assert kiosk.payments is not None
    slug = await a_film_on_screen(kiosk, folder, "public", seconds=20)
    admin = as_admin(kiosk.catalog)
    film = await admin.film(slug)
    price = FilmChange(access_level="ppv", price_amount=500, currency="XOF")
    await admin.change_film(film.id, price)
    terms = FilmTermsNew(coins=60)
    await payments.as_service(kiosk.payments, ShopClient).set_film_terms(film.id, terms)
    pack = PackNew(name_fr="Poignée", coins=100, amount=1000, bonus_coins=20)
    await payments.as_service(kiosk.payments, CoinsClient).make_pack(pack)
    await accounts.a_viewer(kiosk.accounts)
    for each in (kiosk.catalog, kiosk.tokens, kiosk.payments):
        believe(each, kiosk.accounts)
    return slug


def _siblings(catalog: FastAPI, tokens: FastAPI, people: FastAPI) -> tuple[ServiceClient, ...]:
    away = FastAPI()
    apps: tuple[tuple[type[ServiceClient], FastAPI], ...] = (
        (CatalogClient, catalog), (TokensClient, tokens), (AccountsClient, people),
        (PublisherClient, away), (GatewayClient, away),
    )  # fmt: skip
    return tuple(
        kind(http(app), Signer(WEAK, "payments_service", kind.SERVICE)) for kind, app in apps
    )
