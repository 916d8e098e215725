"""What staff and film-makers do about money, told once."""

import re
from datetime import timedelta

from playwright.async_api import Page, expect

from tests.factories.accounts import PASSWORD
from tests.fakes.rail import Rail
from tests.journeys.market import Market
from tests.kit.queueing import until


async def signs_in(page: Page, address: str, email: str) -> None:
    """Sign in at the dashboard or the portal."""
    await page.goto(f"{address}/sign-in")
    await page.get_by_label("Adresse e-mail").fill(email)
    await page.get_by_label("Mot de passe").fill(PASSWORD)
    await page.get_by_role("button", name="Se connecter", exact=True).click()
    await page.wait_for_url(lambda url: "/sign-in" not in url)


async def prints_vouchers(page: Page, market: Market) -> str:
    """Make vouchers of 1 000 F; return the code of the first."""
    await page.goto(f"{market.dashboard}/money/vouchers")
    await page.get_by_label("Titre").fill("Gare routière")
    await page.get_by_label("Valeur d’un bon").fill("1 000")
    await page.get_by_label("Nombre").fill("2")
    await page.get_by_role("button", name="Créer").click()
    await expect(page.locator("h1")).to_have_text("Gare routière")
    table = await page.context.request.get(f"{page.url}/codes.csv")
    return next(
        one for one in re.split(r"[\s,;]+", await table.text()) if re.fullmatch(r"\w+-\w+-\w+", one)
    )


async def sells_at_the_counter(page: Page, code: str) -> None:
    """Take cash for a voucher: an agent's desk begins there."""
    await expect(page.locator("h1")).to_have_text("Guichet")
    await page.get_by_label("Code").fill(code)
    await page.get_by_role("button", name="Regarder").click()
    await page.get_by_role("button", name="J’ai reçu 1 000 F").click()
    await expect(page.locator(".notice")).to_contain_text("Le bon est vendu")


async def refunds(page: Page, market: Market, title: str) -> None:
    """Look at what a refund of that film would do, and do it."""
    await page.goto(f"{market.dashboard}/money/orders?kind=film")
    await page.locator("tbody").get_by_role("link", name=title).click()
    await page.get_by_role("link", name="Rembourser…").click()
    await page.get_by_label("Raison").fill("Le son manque")
    await page.get_by_role("button", name="Voir ce que cela ferait").click()
    plan = page.get_by_role("region", name="Ce qui se passerait")
    await expect(plan).to_contain_text("Ce qui a été acheté est repris")
    await expect(plan).to_contain_text("asset:provider:mtn_momo:XOF")
    await plan.get_by_role("button", name="Rembourser 1 500 F").click()
    await expect(page.locator(".notice")).to_contain_text("Le remboursement est en route")


async def asks_to_be_paid(page: Page, market: Market, amount: str) -> None:
    await page.goto(f"{market.portal}/account/earnings")
    await page.get_by_label("Opérateur").select_option("moov")
    await page.get_by_label("Pays du numéro").select_option("BJ")
    await page.get_by_label("Numéro", exact=True).fill("01 95 00 00 00")
    await page.get_by_label("Titulaire").fill("KONE Sira Awa")
    await page.get_by_role("button", name="Enregistrer").click()
    await expect(page.locator(".notice").first).to_contain_text("C’est là que vous serez payé")
    await page.get_by_role("button", name=f"Me verser {amount}").click()
    await expect(page.locator("#paid")).to_contain_text("à approuver")


async def approves_the_payout(page: Page, market: Market) -> None:
    await page.goto(f"{market.dashboard}/money/payouts?state=pending")
    await page.locator("tbody").first.get_by_role("link").first.click()
    await page.get_by_label("J’ai confirmé que ce numéro est à KONE Sira Awa").check()
    await page.get_by_role("button", name="Approuver").click()
    await expect(page.locator(".notice")).to_contain_text("Le versement part")


async def finds_all_well(page: Page, market: Market) -> None:
    """Read the balance and the checks: nothing is open, and each provider agrees."""
    await page.goto(f"{market.dashboard}/money/ledger")
    await expect(page.locator(".ledger-total")).to_have_count(2)
    await expect(page.locator(".notice")).to_have_count(0)
    await page.goto(f"{market.dashboard}/money/ledger/checks")
    await expect(page.locator(".notice")).to_contain_text("Tout tombe juste")
    said = page.get_by_role("table", name="Ce que les prestataires tiennent pour nous")
    for provider in ("FedaPay", "MTN MoMo"):
        await expect(said.locator("tr", has_text=provider)).to_contain_text("D’accord")
    await expect(said).not_to_contain_text("Écart")


async def arrives(market: Market, rail: Rail) -> None:
    """Let money that is sent arrive, although the first answer about it was lost."""
    troubled = "SELECT count(*) FROM giving_attempt WHERE state = 'unknown' AND trouble <> ''"
    await until(lambda: market.till.value(troubled), 30)
    await looks_again(market)
    (giving,) = [each for each in rail.givings.values() if each.state == "pending"]
    is_sent = "SELECT count(*) FROM giving_attempt WHERE state = 'pending'"
    await until(lambda: market.till.value(is_sent), 30)
    rail.settle_giving(giving.id)
    await looks_again(market)
    is_done = "SELECT bool_and(state = 'approved') FROM giving_attempt"
    await until(lambda: market.till.value(is_done), 30)
    await market.till.rests()


async def looks_again(market: Market) -> None:
    """Let the moment come when the operator is asked next about money that was sent."""
    waits = "SELECT max(next_check_at) - now() FROM giving_attempt WHERE state <> 'approved'"
    left: timedelta = await market.till.value(waits)
    await market.till.time_passes(max(left, timedelta(minutes=2)))
    await market.till.does("mind_givings")
