"""A film-maker, in a real Chromium without scripts: invited by mail, seen by all, followed by one.

Who follows uses a keyboard alone.
"""

import io
import re

import pytest
from PIL import Image
from playwright.async_api import Page, expect

from kit.contracts.accounts.studios import InvitationNew
from tests.catalog_service.conftest import app as catalog_app
from tests.catalog_service.conftest import library, library_app, settings, tokens_app
from tests.factories.accounts import PASSWORD, a_viewer
from tests.factories.publisher import as_service
from tests.journeys.town import Town, an_admin, town

__all__ = ["catalog_app", "library", "library_app", "settings", "tokens_app", "town"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
AWA = "awa@example.org"


async def test_a_film_maker_is_invited_shows_their_page_and_is_followed(town: Town) -> None:
    wish = {"email": AWA, "role": "filmmaker"}
    await (await an_admin(town)).invite(InvitationNew.model_validate(wish))
    await a_viewer(town.accounts)
    async with town.somebody(width=360, scripts=False) as page:
        await accepts(page, town)
        address = await tells_about_herself(page, town)
        await is_shown(page, address)
        async with town.somebody() as charlie:
            await follows(charlie, town, address)
        await switches_the_page_off(page, town, address)


async def accepts(page: Page, town: Town) -> None:
    await page.goto(await town.link_to(AWA, "vous invite"))
    await expect(page.locator("main")).to_contain_text("à devenir cinéaste")
    await page.get_by_label("Votre nom").fill("Awa Diop")
    await page.get_by_label("Nouveau mot de passe").fill("une pirogue sans voile")
    await page.get_by_role("button", name="Accepter l’invitation").click()
    await expect(page.locator(".notice")).to_contain_text("l’invitation est acceptée")


async def tells_about_herself(page: Page, town: Town) -> str:
    """Put a picture, words, a link and an address there; return the address of the page."""
    picture = io.BytesIO()
    Image.linear_gradient("L").resize((640, 480)).save(picture, "JPEG")
    file = {"name": "awa.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()}
    await page.get_by_label("Image de profil").set_input_files(file)  # type: ignore[arg-type]  # playwright's own shape
    await page.get_by_role("button", name="Mettre cette image").click()
    await expect(page.locator(".notice")).to_contain_text("Votre image est en place.")
    await page.get_by_label("Pays", exact=True).select_option("TG")
    await page.get_by_label("Quelques mots").fill("Je filme la mer.\n\nEt ceux qui en vivent.")
    await page.get_by_role("textbox", name="Liens").fill("Mes carnets https://example.org/carnets")
    await page.get_by_label("Montrer ma page à tous").check()
    await page.get_by_role("textbox", name="Adresse de la page").fill("awa-diop")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator(".notice")).to_contain_text("Votre profil est enregistré.")
    link = page.locator('.card a[href$="/makers/awa-diop"]')
    await expect(link).to_be_visible()
    return f"{town.portal}/makers/awa-diop"


async def is_shown(page: Page, address: str) -> None:
    await page.goto(address)
    await expect(page.locator("h1")).to_have_text("Awa Diop")
    await expect(page.locator("main")).to_contain_text("Et ceux qui en vivent.")
    await expect(page.locator("main")).to_contain_text("cinéaste")
    await expect(page.locator(".maker .face img")).to_have_attribute("src", re.compile("/avatars/"))
    text = await page.content()
    assert AWA not in text


async def follows(page: Page, town: Town, address: str) -> None:
    """Go by way of the door, and come back to the film-maker."""
    await page.goto(address)
    await page.get_by_role("link", name="Suivre").press("Enter")
    await page.get_by_label("Adresse e-mail").focus()
    for typed, key in (("charlie@example.org", "Tab"), (PASSWORD, "Enter")):
        await page.keyboard.type(typed)
        await page.keyboard.press(key)
    await page.wait_for_url(address)
    topic = await page.locator("[name=topic]").get_attribute("value")
    await page.get_by_role("button", name="Suivre", exact=True).press("Enter")
    await expect(page.get_by_role("button", name="Ne plus suivre")).to_be_visible()
    assert topic
    assert (await as_service(town.publisher).topic(topic)).followers == 1


async def switches_the_page_off(page: Page, town: Town, address: str) -> None:
    await page.goto(f"{town.portal}/account")
    await page.get_by_label("Montrer ma page à tous").uncheck()
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator(".notice")).to_contain_text("Votre profil est enregistré.")
    answer = await page.goto(address)
    assert answer
    assert answer.status == 404
