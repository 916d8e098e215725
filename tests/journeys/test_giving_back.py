"""Giving back what was bought, in a real Chromium: the page sees the money arrive by itself."""

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from kit.contracts.payments.coins import PackNew
from kit.contracts.payments.coins_client import CoinsClient
from tests.catalog_service.conftest import settings, tokens_app
from tests.factories import accounts, payments
from tests.journeys.cinema import viewer
from tests.journeys.test_buying import SIDEWAYS, Kiosk, kiosk
from tests.payments_service.giving import Silent, hurried
from tests.public_interface.conftest import believe

__all__ = ["kiosk", "settings", "tokens_app"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PATIENCE = 60_000


async def test_a_refund_is_seen_to_arrive_while_its_page_is_open(kiosk: Kiosk) -> None:
    till = await _opened(kiosk)
    providers = till.state.tools.providers
    async with viewer(kiosk, width=360) as page:
        heading = page.get_by_role("heading", level=1)
        await _buys_coins(page, kiosk.url)
        await expect(heading).to_have_text("C’est payé", timeout=PATIENCE)
        await page.get_by_role("link", name="Rendre ces pièces").click()
        assert await page.evaluate(SIDEWAYS) <= 0
        sandbox = providers["sandbox"]
        providers["sandbox"] = Silent(sandbox)
        await page.get_by_role("button", name="Rendre ces pièces").click()
        await expect(heading).to_have_text("Le remboursement est en route", timeout=PATIENCE)
        providers["sandbox"] = sandbox
        await hurried(till)
        await expect(heading).to_have_text("C’est remboursé", timeout=PATIENCE)
        assert await page.evaluate(SIDEWAYS) <= 0
        await page.goto(f"{kiosk.url}/account/wallet")
        await expect(page.locator(".balance .coin span").first).to_have_text("0")


async def _opened(kiosk: Kiosk) -> FastAPI:
    """Put coins on sale, for Charlie; return the till."""
    assert kiosk.accounts is not None
    assert kiosk.payments is not None
    pack = PackNew(name_fr="Poignée", coins=100, amount=1000)
    await payments.as_service(kiosk.payments, CoinsClient).make_pack(pack)
    await accounts.a_viewer(kiosk.accounts)
    for each in (kiosk.catalog, kiosk.tokens, kiosk.payments):
        believe(each, kiosk.accounts)
    return kiosk.payments


async def _buys_coins(page: Page, url: str) -> None:
    await page.goto(f"{url}/sign-in?next=/account/wallet")
    await page.get_by_label("E-mail").first.fill("charlie@example.org")
    await page.get_by_label("Mot de passe").fill(accounts.PASSWORD)
    await page.get_by_role("button", name="Se connecter", exact=True).click()
    await page.get_by_role("button", name="Poignée").click()
    await page.get_by_label("Numéro qui paie").fill("90 12 34 56")
    await expect(page.locator(".way :checked")).to_have_value("sandbox:mixx", timeout=PATIENCE)
    await page.get_by_role("button", name="Payer 1 000 F").click()
