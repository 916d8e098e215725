"""A new viewer with a telephone, in a real Chromium: from the first page to leaving it."""

import io
import zipfile

import pytest
from fastapi import FastAPI
from playwright.async_api import Page, expect

from tests.catalog_service.conftest import app as catalog_app
from tests.catalog_service.conftest import library, library_app, settings, tokens_app
from tests.factories import catalog, tokens
from tests.gateway.plays import as_service
from tests.gateway.test_film import uploaded
from tests.journeys.town import Town, a_maker, town

__all__ = ["catalog_app", "library", "library_app", "settings", "tokens_app", "town"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
AWA, PASSWORD = "awa@example.org", "une pirogue sans voile"


async def test_somebody_new_signs_up_and_makes_the_portal_theirs(
    town: Town, library_app: FastAPI
) -> None:
    film = await catalog.a_published_film(
        town.catalog, library_app, title="Nuit sur la lagune", access_level="vip"
    )
    code = (await tokens.a_token(town.tokens)).code
    town.believes_its_people()
    await a_maker(town, "Sira Kone")
    async with town.somebody(width=360) as page:
        await signs_up(page, town)
        await adds_a_passkey(page, town)
        await signs_in_with_the_passkey(page)
        await keeps_a_code(page, town, code, film.slug)
        await follows_and_is_told(page, town, library_app)
        await wants_quiet_nights(page, town)
        await takes_a_copy_of_everything(page, town, code)
        await leaves_and_stays(page, town)


async def signs_up(page: Page, town: Town) -> None:
    await page.goto(f"{town.portal}/films")
    await page.get_by_role("link", name="Se connecter").first.click()
    await page.get_by_role("link", name="Créer un compte").click()
    await page.get_by_label("Votre nom").fill("Awa Diop")
    await page.get_by_label("Adresse e-mail").fill(AWA)
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Créer mon compte").click()
    await page.wait_for_url("**/account")
    await page.goto(await town.link_to(AWA, "Confirmez"))
    await page.get_by_role("button", name="Oui, c’est la mienne").click()
    await expect(page.locator(".notice")).to_contain_text("Votre adresse est confirmée.")


async def adds_a_passkey(page: Page, town: Town) -> None:
    """Let Chromium's virtual authenticator stand for a telephone's fingerprint."""
    wire = await page.context.new_cdp_session(page)
    await wire.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
              "hasUserVerification": True, "isUserVerified": True,
              "automaticPresenceSimulation": True}  # fmt: skip
    await wire.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    await page.goto(f"{town.portal}/account/security")
    await page.get_by_label("Nom de la clé").fill("Mon téléphone")
    await page.get_by_role("button", name="Ajouter une clé d’accès").click()
    await expect(page.locator(".recovery li")).to_have_count(10)
    await page.get_by_role("link", name="Je les ai notés").click()
    await expect(page.locator(".lines").first).to_contain_text("Mon téléphone")


async def signs_in_with_the_passkey(page: Page) -> None:
    """Sign out; the password asks for the key as a second step; alone, the key is enough."""
    await page.get_by_role("button", name="Se déconnecter ici").click()
    await page.get_by_label("Adresse e-mail").fill(AWA)
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Se connecter").click()
    await page.get_by_role("button", name="Utiliser ma clé d’accès").click()
    await page.wait_for_url("**/account")
    await page.goto(page.url + "/security")
    await page.get_by_role("button", name="Se déconnecter ici").click()
    await page.get_by_role("button", name="Clé d’accès").click()
    await page.wait_for_url("**/account")
    await expect(page.get_by_label("Votre nom")).to_have_value("Awa Diop")


async def keeps_a_code(page: Page, town: Town, code: str, slug: str) -> None:
    await page.goto(f"{town.portal}/account/codes")
    await page.get_by_label("Code d’accès").fill(code.lower())
    await page.get_by_role("button", name="Ajouter").click()
    await expect(page.locator(".lines")).to_contain_text(code)
    await page.goto(f"{town.portal}/films/{slug}")
    await expect(page.get_by_role("link", name="Regarder").first).to_be_visible()


async def follows_and_is_told(page: Page, town: Town, library_app: FastAPI) -> None:
    """See the bell count in the open page when the film-maker's new film goes online."""
    await page.goto(f"{town.portal}/makers/sira-kone")
    await page.get_by_role("button", name="Suivre", exact=True).click()
    await expect(page.get_by_role("button", name="Ne plus suivre")).to_be_visible()
    await page.goto(f"{town.portal}/account/notices")
    await page.get_by_role("button", name="Tout marquer comme lu").click()
    bell = page.locator("notice-bell b")
    await expect(bell).to_be_hidden()
    await goes_online(town, library_app)
    await expect(bell).to_have_text("1")
    await page.reload()
    news = page.locator(".lines").first
    await expect(news).to_contain_text("Le fleuve est en ligne")
    await expect(news.locator('a[href$="/films/le-fleuve"]').first).to_be_visible()
    mail = (await town.mail(AWA, "Le fleuve")).get_body(("plain",))
    assert mail
    assert "Bonjour Awa Diop," in mail.get_content()


async def goes_online(town: Town, library_app: FastAPI) -> None:
    """Let the gateway take a film through: encoded, published, announced."""
    guid = await catalog.a_video(library_app)
    credit = {"role": "director", "name": "Sira Kone"}
    film = await catalog.a_film(town.catalog, title="Le fleuve", video_guid=guid, credits=[credit])
    town.believes_its_people()
    await as_service(town.jobs).tell(uploaded(film.id, guid))


async def wants_quiet_nights(page: Page, town: Town) -> None:
    await page.get_by_role("link", name="Choisir").click()
    await page.get_by_label("Silence à partir de").fill("22:00")
    await page.get_by_label("jusqu’à").fill("06:30")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator(".notice")).to_contain_text("Vos choix sont enregistrés.")
    await expect(page.get_by_label("Silence à partir de")).to_have_value("22:00")


async def takes_a_copy_of_everything(page: Page, town: Town, code: str) -> None:
    await page.goto(f"{town.portal}/account/privacy")
    await page.get_by_role("button", name="Demander l’archive").click()
    await page.goto(await town.link_to(AWA, "Vos données sont prêtes"))
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Télécharger").click()
    path = await (await coming.value).path()
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        told = "".join(archive.read(name).decode() for name in archive.namelist())
    for known in (AWA, code, "Mon téléphone", "maker:"):
        assert known in told


async def leaves_and_stays(page: Page, town: Town) -> None:
    await page.get_by_label("Mot de passe").fill("pas le bon")
    await page.get_by_role("button", name="Supprimer mon compte").click()
    await expect(page.locator(".message")).to_contain_text("Tapez votre mot de passe.")
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Supprimer mon compte").click()
    await page.goto(await town.link_to(AWA, "Votre compte sera supprimé"))
    await page.get_by_role("button", name="Garder mon compte").click()
    await expect(page.locator(".notice")).to_contain_text("Votre compte reste.")
