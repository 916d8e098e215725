"""Coins, codes and gift cards, as a browser without scripts uses them."""

import re

import httpx
from fastapi import FastAPI

from kit.contracts.payments.coins import HouseGift, PackNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.orders import OrderKind
from kit.contracts.payments.promotions import CouponKind, CouponNew
from kit.contracts.payments.promotions_client import PromotionsClient
from kit.contracts.payments.shop import FilmTermsNew
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions import Interval, PlanNew
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.contracts.payments.vouchers import VoucherBatchNew
from kit.contracts.payments.vouchers_client import VouchersClient
from tests.admin_interface.browsing import see, send
from tests.factories import accounts, catalog
from tests.public_interface.conftest import believe, visitor
from tests.public_interface.paying import (
    a_key,
    ask,
    bought,
    ordered,
    stage,
)

WALLET, MINE = "/account/wallet", "/account/subscription"


async def test_coins_are_bought_and_open_a_film_in_one_press(
    charlie: httpx.AsyncClient,
    payments_app: FastAPI,
    catalog_app: FastAPI,
    library_app: FastAPI,
    accounts_app: FastAPI,
) -> None:
    film = await catalog.a_published_film(
        catalog_app, library_app, access_level="ppv", price_amount=500, currency="XOF"
    )
    believe(catalog_app, accounts_app)
    await ask(payments_app, ShopClient).set_film_terms(film.id, FilmTermsNew(coins=60))
    new = PackNew(name_fr="Poignée", coins=100, amount=1000, bonus_coins=10, discount_percent=20)
    pack = await ask(payments_app, CoinsClient).make_pack(new)
    here = f"/films/{film.slug}"
    assert f'href="{WALLET}?next={here}"' in (await see(charlie, here)).text  # too few coins
    page = await see(charlie, WALLET)
    for words in ("Poignée", "+ 10 offertes", "800\N{NO-BREAK SPACE}F"):
        assert words in page.text
    path = await bought(charlie, payments_app, OrderKind.coins, pack.id)
    assert "110 pièces sont dans votre portefeuille" in (await see(charlie, path)).text
    page = await see(charlie, here)
    assert f'action="{here}/unlock"' in page.text
    form = {"film_id": str(film.id), "kind": "own", "key": a_key()}
    answer = await send(charlie, here, f"{here}/unlock", form)
    assert answer.headers["location"] == f"/watch/{film.slug}"
    await see(charlie, f"/watch/{film.slug}")
    history = (await see(charlie, WALLET)).text
    assert f'href="{path}"' in history
    assert "<span>50</span>" in history  # 110 less 60
    assert "−\N{NARROW NO-BREAK SPACE}60" in history


async def test_coins_are_given_to_another_account_and_not_to_nobody(
    charlie: httpx.AsyncClient, payments_app: FastAPI, accounts_app: FastAPI
) -> None:
    awa = await accounts.a_viewer(accounts_app, "awa@example.org")
    pack = await ask(payments_app, CoinsClient).make_pack(
        PackNew(name_fr="Poignée", coins=100, amount=1000)
    )
    await bought(charlie, payments_app, OrderKind.coins, pack.id)
    gift = {"email": "awa@example.org", "amount": "30", "message": "Pour toi", "key": a_key()}
    wrong = await send(charlie, WALLET, f"{WALLET}/gifts", gift | {"email": "no@example.org"})
    assert wrong.status_code == 422
    assert 'id="f-email-about"' in wrong.text
    dear = await send(charlie, WALLET, f"{WALLET}/gifts", gift | {"amount": "900"})
    assert 'id="f-amount-about"' in dear.text
    assert (await send(charlie, WALLET, f"{WALLET}/gifts", gift)).status_code == 303
    said = (await see(charlie, WALLET)).text
    assert "Votre cadeau est parti : 30\N{NO-BREAK SPACE}pièces pour awa@example.org." in said
    found = await ask(payments_app, CoinsClient).wallet_of(awa.account.id)
    assert found.balance == 30


async def test_a_promotion_a_voucher_and_cash_pay_an_order(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    coins, vouchers = ask(payments_app, CoinsClient), ask(payments_app, VouchersClient)
    pack = await coins.make_pack(PackNew(name_fr="Poignée", coins=100, amount=1000))
    batch = await vouchers.make_batch(
        VoucherBatchNew(title="Kiosque", amount=1000, count=2, key=a_key())
    )
    rows = (await vouchers.batch_csv(batch.id)).decode()
    first, second = re.findall(r"\b[A-Z0-9]+(?:-[A-Z0-9]+){2,}\b", rows)[:2]
    path = await ordered(charlie, OrderKind.coins, pack.id)
    unsold = await send(charlie, path, f"{path}/code", {"code": first, "key": a_key()})
    assert unsold.status_code == 422
    assert 'id="f-code-about"' in unsold.text
    for code in (first, second):
        await vouchers.confirm_sale(code)
    paid = await send(charlie, path, f"{path}/code", {"code": first.lower(), "key": a_key()})
    assert paid.headers["location"] == path
    assert await stage(charlie, path) in {"done", "giving"}
    redeemed = await send(charlie, WALLET, f"{WALLET}/codes", {"code": second, "key": a_key()})
    assert redeemed.status_code == 303
    path = await ordered(charlie, OrderKind.coins, pack.id)
    shown = re.search(
        r'class="cash-code"><code>([^<]+)<', (await see(charlie, f"{path}/cash")).text
    )
    assert shown
    await vouchers.confirm_cash(shown[1])
    assert await stage(charlie, path) in {"done", "giving"}


async def test_a_promotion_makes_the_order_anew_for_less(
    charlie: httpx.AsyncClient, payments_app: FastAPI, catalog_app: FastAPI, library_app: FastAPI
) -> None:
    plans, promotions = ask(payments_app, SubscriptionsClient), ask(payments_app, PromotionsClient)
    plan = await plans.make_plan(PlanNew(title="VIP", interval=Interval.month, amount=2000))
    await promotions.make_coupon(CouponNew(code="LAGUNE", kind=CouponKind.percent, percent=25))
    path = await ordered(charlie, OrderKind.subscription, plan.id)
    answer = await send(charlie, path, f"{path}/code", {"code": "lagune", "key": a_key()})
    assert answer.headers["location"] not in {path, "/"}
    page = (await see(charlie, answer.headers["location"])).text
    assert "1\N{NARROW NO-BREAK SPACE}500\N{NO-BREAK SPACE}F" in page
    assert "Code LAGUNE" in page


async def test_a_childs_profile_buys_nothing(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    await send(charlie, "/account/viewers", "/account/viewers/pin", {"pin": "4321"})
    form = {"name": "Kossi", "max_age": "7", "colour": "gold"}
    await send(charlie, "/account/viewers", "/account/viewers", form)
    page = (await see(charlie, "/account/viewers")).text
    entry = re.search(r'action="(/account/viewers/[0-9a-f-]{36}/entry)"', page)
    assert entry
    await send(charlie, "/account/viewers", entry[1], {})
    for path in (WALLET, "/plans", "/orders", MINE):
        assert (await charlie.get(path)).status_code == 403, path


async def test_house_gifts_say_when_they_expire(
    charlie: httpx.AsyncClient, payments_app: FastAPI, accounts_app: FastAPI
) -> None:
    signed = (
        await accounts.as_stranger(accounts_app).acting(charlie.cookies["account_access"]).profile()
    )
    gift = HouseGift(account_id=signed.account_id, amount=5, reason="Bienvenue", days=30)
    await ask(payments_app, CoinsClient).grant(gift, key=a_key())
    page = (await see(charlie, WALLET)).text
    assert "5 pièces offertes expirent le" in page
    assert "Il reste peu de pièces" in page


async def test_a_gift_card_is_bought_printed_and_its_scanned_code_becomes_coins(
    charlie: httpx.AsyncClient, payments_app: FastAPI
) -> None:
    form = {
        "kind": "gift_card",
        "subject": "5000",
        "key": a_key(),
        "from_name": "Awa",
        "message": "Bon anniversaire !",
    }
    made = await send(charlie, WALLET, "/orders", form)
    path = made.headers["location"]
    assert path.startswith("/orders/")
    vouchers = ask(payments_app, VouchersClient)
    shown = re.search(
        r'class="cash-code"><code>([^<]+)<', (await see(charlie, f"{path}/cash")).text
    )
    assert shown
    await vouchers.confirm_cash(shown[1])
    assert await stage(charlie, path) in {"done", "giving"}
    card = (await charlie.get(f"{path}/gift-card")).text
    assert "Bon anniversaire !" in card
    code = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{5}\b", card)
    assert code
    assert f'value="{code[0]}"' in (await see(charlie, f"{WALLET}?code={code[0]}")).text
    await send(charlie, WALLET, f"{WALLET}/codes", {"code": code[0], "key": a_key()})
    wallet = (await see(charlie, WALLET)).text
    assert "500" in wallet
    assert "Pièces achetées · d’une carte cadeau" in wallet


async def test_a_code_that_was_scanned_is_still_there_after_signing_in(shop: FastAPI) -> None:
    async with visitor(shop) as browser:
        door = await browser.get(f"{WALLET}?code=OM43-AAAA-BBBBB")
        goal = f"/sign-in?next={WALLET}%3Fcode%3DOM43-AAAA-BBBBB"
        assert (door.status_code, door.headers["location"]) == (303, goal)
        page = (await see(browser, goal)).text
        assert f'name="next" value="{WALLET}?code=OM43-AAAA-BBBBB"' in page
