"""What a viewer does about money on a telephone, told once."""

import re

from playwright.async_api import Page, expect

from tests.fakes.rail import Rail, RailCharge
from tests.journeys.cinema import becomes, plays_on
from tests.journeys.market import Market

SIDEWAYS = "document.documentElement.scrollWidth - window.innerWidth"
PASSWORD = "une pirogue sans voile"
PLAYER = "document.querySelector('film-player')"
COUNTED_SECONDS = 31


async def signs_up(page: Page, name: str, email: str) -> None:
    """Become somebody, from the page that asks who one is."""
    await page.get_by_role("link", name="Créer un compte").click()
    await page.get_by_label("Votre nom").fill(name)
    await page.get_by_label("Adresse e-mail").fill(email)
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Créer mon compte").click()


async def begins_to_pay(page: Page, rail: Rail, number: str, way: str) -> RailCharge:
    """Type the number and press; return what the operator was asked for then."""
    await page.evaluate("document.querySelector('.way-list').firstElementChild.dataset.old = ''")
    await page.get_by_label("Numéro qui paie").fill("")
    await page.get_by_label("Pays du numéro").select_option("BJ")
    await page.get_by_label("Numéro qui paie").fill(number)
    await expect(page.locator("[data-old]")).to_have_count(0)  # the operators of this number
    await page.locator(".way", has=page.locator(f"[value='{rail.provider}:{way}']")).click()
    await expect(page.locator(".way :checked")).to_have_value(f"{rail.provider}:{way}")
    assert await page.evaluate(SIDEWAYS) <= 0
    await page.get_by_role("button", name=re.compile("^Payer ")).click()
    await expect(page.get_by_role("heading")).to_have_text("Confirmez sur votre téléphone")
    (charge,) = [each for each in rail.charges.values() if each.state == "pending"]
    return charge


async def sees_it_paid(page: Page) -> None:
    """Wait until it is paid and given: the page itself goes on."""
    await expect(page.locator("[data-stage]")).to_have_attribute("data-stage", "done")
    await expect(page.get_by_role("heading")).to_have_text("C’est payé")
    assert await page.evaluate(SIDEWAYS) <= 0


async def pays(page: Page, market: Market, rail: Rail, number: str, way: str) -> RailCharge:
    """Pay, agree on the phone, and see it on the page that was open all the time."""
    charge = await begins_to_pay(page, rail, number, way)
    rail.approve(charge.ref)
    assert set(await rail.deliver(market.till.inbox(rail))) == {202}
    await sees_it_paid(page)
    return charge


async def watches(page: Page) -> None:
    """Watch in fast motion, for as long as a view takes; the player says so itself."""
    await plays_on(page, 1)
    await page.evaluate("document.querySelector('video').playbackRate = 16")
    await becomes(page, f"{PLAYER}.grant.watched > {COUNTED_SECONDS}")
    await page.evaluate(f"{PLAYER}.grant.renew()")


async def redeems(page: Page, market: Market, code: str) -> None:
    await page.goto(f"{market.portal}/account/wallet")
    await page.get_by_text("J’ai une carte cadeau ou un bon").click()
    await page.get_by_label("Code de la carte").fill(code.lower())
    await page.get_by_role("button", name="Changer en pièces").click()
    await expect(page.locator(".notice")).to_contain_text("100 pièces sont dans votre portefeuille")
