"""Money from a viewer's telephone to a film-maker's, with everything that goes wrong on the way.

Operators say things twice, late, or not at all; payments_service is killed in the middle of a
payment. In the end each thing was given once, and the books are those of the providers.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect

from kit.contracts.catalog.changes import FilmChange
from kit.contracts.payments.coins import PackNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.earnings import MakersChange, Share
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.ledger_client import LedgerClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions import Interval, PlanNew
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from tests.catalog_service.conftest import settings, tokens_app
from tests.factories import accounts
from tests.factories.catalog import as_admin
from tests.factories.shop import a_shown_film
from tests.fakes.network import answer_lost
from tests.fakes.rail import Manners
from tests.journeys.cinema import Cinema, a_film_on_screen
from tests.journeys.keeping import (
    approves_the_payout,
    arrives,
    asks_to_be_paid,
    finds_all_well,
    prints_vouchers,
    refunds,
    sells_at_the_counter,
    signs_in,
)
from tests.journeys.market import Market, market
from tests.journeys.spending import begins_to_pay, pays, redeems, sees_it_paid, signs_up, watches
from tests.kit.queueing import until

__all__ = ["market", "settings", "tokens_app"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
AWA, MOOV, MTN = "awa@example.org", "01 64 00 00 01", "01 97 00 00 00"
FILM_SECONDS = 40  # a view is half a minute
ONCE = """
    SELECT kind, state, (SELECT count(*) FROM attempt WHERE order_id = "order".id AND is_matched)
    FROM "order" ORDER BY created_at
"""


@dataclass(frozen=True)
class Shelf:
    """What is sold, by slug: a film with a video, another one, one for subscribers."""

    film: str
    other: str
    vip: str


async def test_money_goes_all_the_way_and_the_books_are_right(
    market: Market, tmp_path: Path
) -> None:
    shelf = await opens(market, tmp_path)
    async with market.somebody(width=360) as phone, market.somebody() as desk:
        await buys_coins_and_watches(phone, market, shelf.film)
        await subscribes_while_the_till_is_killed(phone, market, shelf.vip)
        await renews_by_the_link_of_a_mail(phone, market)
        await stops(phone, market)
        await signs_in(desk, market.dashboard, "dana@example.org")
        await pays_cash_to_an_agent(phone, desk, market)
        await is_refunded(phone, desk, market, shelf.other)
        await market.till.time_passes(timedelta(days=35))
        await is_no_member_any_more(phone, market, shelf.vip)
        await pays_the_film_maker(desk, market)
        await says_everything_again(market)
        await finds_nothing_wrong(market)
        await finds_all_well(desk, market)
        await was_given_once(market)


async def opens(market: Market, folder: Path) -> Shelf:
    """Put films on screen and prices on them; Dana owns, Edem takes cash, Sira makes films."""
    owner = await accounts.an_owner(market.accounts)
    dana = accounts.as_stranger(market.accounts).acting(owner.access_token)
    await market.joined(dana, "Edem Mensah", "agent")
    maker = await market.joined(dana, "Sira Kone", "filmmaker")
    house = Cinema(market.portal, market.catalog, market.tokens, market.library)
    slug, _ = await asyncio.gather(
        a_film_on_screen(house, folder, "public", FILM_SECONDS), market.till.open()
    )
    admin = as_admin(market.catalog)
    film = await admin.film(slug)
    price = FilmChange(access_level="ppv", price_amount=500, currency="XOF")
    await admin.change_film(film.id, price)
    other = await a_shown_film(
        market.catalog, title="Le fleuve", access_level="ppv", price_amount=1500, currency="XOF"
    )
    vip = await a_shown_film(market.catalog, title="Les nôtres", access_level="vip")
    market.believes_its_people()
    till = market.till
    await till.client(ShopClient).set_film_terms(film.id, FilmTermsNew(coins=60))
    shares = [Share(account_id=maker.account.id, per_mille=1000)]
    for each in (film, other):
        change = MakersChange(shares=shares, film_title=each.title)
        await till.client(EarningsClient).set_makers(each.id, change)
    pack = PackNew(name_fr="Poignée", coins=100, amount=1000, bonus_coins=20)
    await till.client(CoinsClient).make_pack(pack)
    plan = PlanNew(title="VIP", interval=Interval.month, amount=2000)
    await till.client(SubscriptionsClient).make_plan(plan)
    return Shelf(slug, other.slug, vip.slug)


async def buys_coins_and_watches(page: Page, market: Market, slug: str) -> None:
    """Pay by FedaPay, which says it twice, in any order and with forgeries in between."""
    market.fedapay.manners = Manners(copies=2, is_shuffled=True, is_forged=True)
    await page.goto(f"{market.portal}/films/{slug}")
    await page.get_by_role("link", name="60 pièces").click()
    await signs_up(page, "Awa Diop", AWA)
    await expect(page).to_have_url(f"{market.portal}/films/{slug}")
    await page.goto(await market.link_to(AWA, "Confirmez"))
    await page.get_by_role("button", name="Oui, c’est la mienne").click()
    await page.goto(f"{market.portal}/films/{slug}")
    await page.get_by_role("link", name="60 pièces").click()  # none yet: to the wallet
    await page.get_by_role("button", name="Poignée").click()
    await pays(page, market, market.fedapay, MOOV, "moov")
    await expect(page.locator(".state")).to_contain_text("120 pièces sont dans votre portefeuille")
    await page.get_by_role("link", name="Continuer").click()
    await page.get_by_role("button", name="60 pièces").click()
    await watches(page)


async def subscribes_while_the_till_is_killed(page: Page, market: Market, vip: str) -> None:
    """Have MTN's callback taken while MTN cannot be asked; then everything dies and comes back."""
    await page.goto(f"{market.portal}/films/{vip}")
    await expect(page.get_by_role("link", name="Regarder")).to_have_count(0)
    await page.goto(f"{market.portal}/plans")
    await page.get_by_role("button", name="S’abonner").click()
    charge = await begins_to_pay(page, market.mtn, MTN, "mtn")
    address = page.url
    await page.goto("about:blank")
    market.mtn.approve(charge.ref)
    market.mtn.is_down = True
    assert await market.mtn.deliver(market.till.inbox(market.mtn)) == [202]
    await market.till.kill()
    market.mtn.is_down = False
    await market.till.open()
    await page.goto(address)
    await sees_it_paid(page)
    await page.goto(f"{market.portal}/films/{vip}")
    await expect(page.get_by_role("link", name="Regarder").first).to_be_visible()


async def renews_by_the_link_of_a_mail(page: Page, market: Market) -> None:
    """Mobile money is not taken by itself: a mail asks. FedaPay forgets to say that it was paid."""
    left = await market.till.value("SELECT period_end - now() FROM subscription")
    await market.till.time_passes(left - timedelta(days=2.5))
    await market.till.does("look_at_subscriptions")
    await page.goto(await market.link_to(AWA, "Votre abonnement VIP se termine"))
    charge = await begins_to_pay(page, market.fedapay, MOOV, "moov")
    market.fedapay.approve(charge.ref)
    market.fedapay.waiting.clear()
    await sees_it_paid(page)
    left = await market.till.value("SELECT period_end - now() FROM subscription")
    assert timedelta(days=30) < left < timedelta(days=34)


async def stops(page: Page, market: Market) -> None:
    await page.goto(f"{market.portal}/account/subscription")
    await page.get_by_role("button", name="Arrêter l’abonnement").click()
    await expect(page.locator(".balance")).to_contain_text("arrêté")


async def pays_cash_to_an_agent(phone: Page, desk: Page, market: Market) -> None:
    code = await prints_vouchers(desk, market)
    async with market.somebody(width=360) as counter:
        await signs_in(counter, market.dashboard, "edem@example.org")
        await sells_at_the_counter(counter, code)
    await redeems(phone, market, code)


async def is_refunded(phone: Page, desk: Page, market: Market, slug: str) -> None:
    """Buy a film for money and have it back; MTN's answer to the refund gets lost."""
    here, rail = f"{market.portal}/films/{slug}", market.mtn
    await phone.goto(here)
    await phone.get_by_role("button", name="1 500 F").click()
    await pays(phone, market, rail, MTN, "mtn")
    await phone.goto(here)
    await expect(phone.get_by_role("link", name="Regarder").first).to_be_visible()
    rail.troubles = [answer_lost("POST /disbursement/v1_0/refund")]
    await refunds(desk, market, "Le fleuve")
    await arrives(market, rail)
    await desk.goto(f"{market.dashboard}/money/refunds")
    await expect(desk.locator("tbody").first).to_contain_text("Rendu")
    is_closed = "SELECT bool_and(NOT is_open) FROM access_grant WHERE state = 'ended'"
    await until(lambda: market.till.value(is_closed), 30)
    await phone.goto(here)
    await expect(phone.get_by_role("button", name="1 500 F")).to_be_visible()


async def is_no_member_any_more(page: Page, market: Market, vip: str) -> None:
    await market.till.does("look_at_subscriptions")
    over = "SELECT count(*) = 1 FROM subscription WHERE state = 'expired'"
    await until(lambda: market.till.value(over), 30)
    await market.till.rests()
    await page.goto(f"{market.portal}/account/subscription")
    await expect(page.locator(".balance")).to_contain_text("terminé")
    await page.goto(f"{market.portal}/films/{vip}")
    await expect(page.get_by_role("link", name="Regarder")).to_have_count(0)


async def pays_the_film_maker(desk: Page, market: Market) -> None:
    """Sira has half of what 40 of the 100 bought coins cost, and one franc for the view."""
    await market.till.does("accrue_all")
    async with market.somebody(width=360) as sira:
        await signs_in(sira, market.portal, "sira@example.org")
        await asks_to_be_paid(sira, market, "201 F")
        market.fedapay.troubles = [answer_lost("POST /v1/payouts")]
        await approves_the_payout(desk, market)
        await arrives(market, market.fedapay)
        await sira.reload()
        await expect(sira.locator("#paid")).to_contain_text("versé")
    (payout,) = [each for each in market.fedapay.givings.values() if not each.charge]
    assert (payout.amount, market.fedapay.starts) == (201, [payout.id])


async def says_everything_again(market: Market) -> None:
    """Have both operators repeat all they ever said, late and three times."""
    for rail in (market.fedapay, market.mtn):
        rail.manners = Manners(copies=3, is_shuffled=True)
        for charge in rail.charges.values():
            rail.tell(charge, charge.state)
        assert set(await rail.deliver(market.till.inbox(rail))) == {202}
    waits = "SELECT count(*) = 0 FROM webhook WHERE state = 'waiting'"
    await until(lambda: market.till.value(waits), 30)


async def finds_nothing_wrong(market: Market) -> None:
    """Run all that watches over the books; they are those of the providers, to the franc."""
    for check in ("check_new_postings", "check_whole_accounts", "check_coins", "check_earnings",
                  "find_unpapered", "reconcile_providers"):  # fmt: skip
        await market.till.does(check)
    ledger = market.till.client(LedgerClient)
    trial = await ledger.trial_balance()
    assert trial.is_balanced
    assert {one.currency: one.debit - one.credit for one in trial.currencies} == {
        "XOF": 0,
        "COIN": 0,
    }
    found = (await ledger.findings(is_open=None)).items
    assert [(one.kind, one.subject, one.details) for one in found] == []
    books = await ledger.books()
    assert (books.open_findings, books.open_items) == (0, [])
    held = {rail.provider: rail.held("XOF") for rail in (market.fedapay, market.mtn)}
    assert {one.provider: one.ours for one in books.providers if one.theirs is not None} == held
    assert {one.provider: one.theirs for one in books.providers if one.theirs is not None} == held
    assert held == {"fedapay": 1000 + 2000 - 201, "mtn_momo": 2000}


async def was_given_once(market: Market) -> None:
    till = market.till
    assert await till.rows(ONCE) == [
        ("coins", "fulfilled", 1),
        ("subscription", "fulfilled", 1),
        ("subscription", "fulfilled", 1),
        ("film", "refunded", 1),
    ]
    owner: UUID = await till.value("SELECT account_id FROM subscription")
    moved = (await till.client(CoinsClient).movements_of(owner)).items
    assert sorted(one.amount for one in moved) == [-60, 100, 120]
    assert (await till.client(CoinsClient).wallet_of(owner)).balance == 160
    periods = await till.rows("SELECT kind, amount FROM subscription_period")
    assert periods == [("payment", 2000)] * 2
    assert await till.value("SELECT count(*) FROM access_grant WHERE ended_at IS NULL") == 1
    given_back = await till.rows("SELECT state, amount FROM refund")
    paid_out = await till.rows("SELECT state, amount FROM payout")
    assert (given_back, paid_out) == ([("succeeded", 1500)], [("succeeded", 201)])
    told = Counter(str(mail["Message-ID"]) for mail in market.mails.taken)
    assert set(told.values()) == {1}
