"""Money in the dashboard: sold, followed, refunded after a look, printed, taken in cash."""

import re
from uuid import uuid4

import httpx
from fastapi import FastAPI
from sqlalchemy import text

from kit.contracts.accounts.identity import SignUp
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.orders import AttemptNew, Order, OrderNew
from kit.contracts.payments.orders_client import OrdersClient
from kit.contracts.payments.refunds import DisputeState
from tests.admin_interface.browsing import see, send
from tests.admin_interface.conftest import Studio, speak
from tests.kit.queueing import until
from tests.payments_service.disputing import follow, reversal

PACK = {"name_fr": "Petit paquet", "coins": "100", "amount": "1 000", "currency": "XOF",
        "bonus_coins": "10", "is_on_sale": "true"}  # fmt: skip
PLAN = {"title": "VIP", "interval": "month", "amount": "2500", "currency": "XOF",
        "tier": "vip", "trial_days": "7", "is_on_sale": "true"}  # fmt: skip
COUPON = {"code": "NOEL26", "kind": "percent", "percent": "20", "amount": "",
          "kinds": "subscription", "is_active": "true"}  # fmt: skip


async def bought(till: FastAPI, studio: Studio) -> Order:
    """Have Awa buy a pack for herself with test money."""
    awa = SignUp(email="awa@example.org", password="un bon mot de passe 9", name="Awa")
    access = (await studio.accounts.sign_up(awa)).access_token
    orders = speak(OrdersClient, till, "public_interface").acting(access)
    (pack,) = (await speak(CoinsClient, till, "tests").packs()).items
    made = await orders.make_order(OrderNew(kind="coins", subject=str(pack.id)), str(uuid4()))
    await orders.pay(made.id, AttemptNew(provider="sandbox", method="card"), str(uuid4()))
    sandbox = till.state.tools.providers["sandbox"]
    (attempt,) = (await orders.order(made.id)).attempts
    await sandbox.choose(attempt.redirect_url.rstrip("/").rsplit("/", 1)[-1], "approve")

    async def is_given() -> bool:
        return (await orders.look(made.id)).state == "fulfilled"

    await until(is_given)
    return await orders.order(made.id)


async def test_what_is_sold_is_followed(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    assert "Rien n’a encore été encaissé" in (await see(dana, "/money")).text
    assert "Aucune commande encore" in (await see(dana, "/money/orders")).text
    wrong = await send(
        dana, "/money/shop/packs/new", "/money/shop/packs/new", PACK | {"amount": "mille"}
    )
    assert wrong.status_code == 422
    assert 'value="Petit paquet"' in wrong.text
    await send(dana, "/money/shop/packs/new", "/money/shop/packs/new", PACK)
    order = await bought(till, studio)
    here = f"/money/orders/{order.id}"
    assert "Petit paquet" in (await see(dana, "/money/orders?kind=coins&state=fulfilled")).text
    assert "Rien à ce sujet" in (await see(dana, "/money/orders?state=disputed")).text
    told = (await see(dana, here)).text
    assert "liability:coins:XOF" in told
    assert "Paiement d’essai · Carte bancaire" in told
    drawn = (await see(dana, "/money?test=true&group=provider&span=90")).text
    assert "argent d’essai" in drawn
    assert "1\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}F" in drawn
    table = await dana.get("/money/revenue.csv?test=true")
    assert b"coins,XOF,1,1000" in table.content


async def test_a_refund_is_seen_before_it_is_done(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    await send(dana, "/money/shop/packs/new", "/money/shop/packs/new", PACK)
    here = f"/money/orders/{(await bought(till, studio)).id}"
    plan = (await see(dana, f"{here}/refund?amount=400&reason=Trop+cher")).text
    assert "Ce qui se passerait" in plan
    key = re.search(r'name="key" value="([^"]+)"', plan)
    assert key
    wish = {"amount": "400", "way": "source", "reason": "Trop cher", "key": key[1]}
    answer = await send(dana, f"{here}/refund", f"{here}/refund", wish)
    assert answer.headers["location"] == here
    refunds = (await see(dana, "/money/refunds")).text
    assert "Trop cher" in refunds
    ((path, bought_name),) = re.findall(r'href="(/money/refunds/[0-9a-f-]+)">([^<]+)<', refunds)
    assert bought_name.startswith(PACK["name_fr"])
    told = (await see(dana, path)).text
    assert "400" in told
    assert ">Dana</a>" in told, "who asked for it, by name"
    too_much = (await see(dana, f"{here}/refund?amount=5000")).text
    assert "C’est plus que ce qui reste" in too_much


async def test_an_order_tells_its_dispute_and_how_it_was_turned_round(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    await send(dana, "/money/shop/packs/new", "/money/shop/packs/new", PACK)
    order = await bought(till, studio)
    here = f"/money/orders/{order.id}"
    assert "Contestations" not in (await see(dana, here)).text
    waiting = "reste ouvert jusqu’à la décision"
    await follow(till, order.attempts[-1].id, reversal(DisputeState.open, 0))
    assert waiting in (await see(dana, here)).text
    listed = f'<a href="{here}">{order.title}</a>'
    assert listed in (await see(dana, "/money/refunds")).text
    await follow(till, order.attempts[-1].id, reversal(DisputeState.lost, 1))
    assert listed not in (await see(dana, "/money/refunds")).text
    told = (await see(dana, here)).text
    assert waiting not in told
    assert "La banque a donné raison au payeur" in told
    for words in ("Perdue", "Contestation ouverte", "Contestation perdue", "asset:disputed:XOF"):
        assert words in told, words
    (outcome,) = set(re.findall(r'action="(/money/disputes/[0-9a-f-]+/outcome)"', told))
    await send(dana, here, outcome, {"outcome": "won", "note": "La banque s’est dédite"})
    again = (await see(dana, here)).text
    for words in ("Gagnée", "Contestation gagnée", "La banque s’est dédite"):
        assert words in again, words


async def test_a_shop_keeps_its_plans_coupons_and_prices(
    dana: httpx.AsyncClient, till: FastAPI
) -> None:
    shop = "/money/shop"
    await send(dana, f"{shop}/plans/new", f"{shop}/plans/new", PLAN)
    await send(dana, f"{shop}/coupons/new", f"{shop}/coupons/new", COUPON)
    page = (await see(dana, shop)).text
    assert "NOEL26" in page
    assert "7\N{NO-BREAK SPACE}jours" in page or "7 jours" in page
    of = re.search(r'value="(subscription:[0-9a-f-]+)"', page)
    assert of
    price = {"of": of[1], "country": "fr", "amount": "4,99", "currency": "EUR"}
    await send(dana, shop, f"{shop}/prices", price)
    page = (await see(dana, shop)).text
    assert "4,99" in page
    removal = re.search(r'action="(/money/shop/prices/[0-9a-f-]+/removal)"', page)
    assert removal
    await send(dana, shop, removal[1], {})
    assert "4,99" not in (await see(dana, shop)).text


async def test_a_plan_and_a_coupon_are_changed(dana: httpx.AsyncClient, till: FastAPI) -> None:
    shop = "/money/shop"
    await send(dana, f"{shop}/plans/new", f"{shop}/plans/new", PLAN)
    await send(dana, f"{shop}/coupons/new", f"{shop}/coupons/new", COUPON)
    page = (await see(dana, shop)).text
    (path,) = set(re.findall(r'href="(/money/shop/plans/[0-9a-f-]+)"', page))
    again = await send(dana, path, path, PLAN | {"amount": "3000"})
    assert again.headers["location"] == shop
    assert "3\N{NARROW NO-BREAK SPACE}000" in (await see(dana, shop)).text
    (path,) = set(re.findall(r'href="(/money/shop/coupons/[0-9a-f-]+)"', page))
    stopped = await send(dana, path, path, {"label": "fini"})
    assert stopped.status_code == 303
    assert "Arrêté" in (await see(dana, shop)).text


async def test_a_refused_refund_says_why_in_words(
    dana: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    await send(dana, "/money/shop/packs/new", "/money/shop/packs/new", PACK)
    here = f"/money/orders/{(await bought(till, studio)).id}"
    async with till.state.database.sessions.begin() as session:
        await session.execute(text("UPDATE attempt SET phone = '+22890123400'"))  # is refused
    await send(dana, f"{here}/refund", f"{here}/refund", {"way": "source", "key": str(uuid4())})

    async def is_refused() -> bool:
        return "/money/refunds/" in (await see(dana, "/money/refunds?state=failed")).text

    await until(is_refused)
    path = re.search(r"/money/refunds/[0-9a-f-]+", (await see(dana, here)).text)
    assert path
    told = (await see(dana, path[0])).text
    for words in ("Numéro sans compte", "Petit paquet", "là d’où l’argent venait"):
        assert words in told, words


async def test_vouchers_are_printed_sold_and_accounted_for(
    dana: httpx.AsyncClient, till: FastAPI
) -> None:
    here = "/money/vouchers"
    new = {"title": "Gare routière", "agency": "Adjamé", "amount": "1000", "currency": "XOF",
           "count": "3", "days": "90", "key": str(uuid4())}  # fmt: skip
    assert (await send(dana, here, here, new | {"count": "0"})).status_code == 422
    made = await send(dana, here, here, new)
    batch = made.headers["location"]
    assert "3 bons" in (await see(dana, batch)).text
    sheet = await dana.get(f"{batch}/sheet")
    assert "style-src 'unsafe-inline'" in sheet.headers["content-security-policy"]
    codes = (await dana.get(f"{batch}/codes.csv")).text
    code = next(one for one in re.split(r"[\s,;]+", codes) if one.count("-") >= 2)
    counter = f"{here}/counter"
    for typed, said in (("OM43-AAAA-0000-ZZZZ", "ni un bon"), (code, "J’ai reçu"), ("", "Code")):
        assert said in (await send(dana, counter, counter, {"code": typed})).text
    await send(dana, counter, counter, {"code": code, "of": "voucher"})
    assert "Vendu" in (await send(dana, counter, counter, {"code": code})).text
    debts = (await see(dana, here)).text
    agent = re.search(r'name="agent" value="([^"]+)"', debts)
    assert agent
    settled = {"agent": agent[1], "currency": "XOF", "amount": "1000", "key": str(uuid4())}
    await send(dana, here, f"{here}/settlements", settled)
    await send(dana, batch, f"{batch}/revocation", {})
    assert "Révoqué" in (await see(dana, batch)).text


async def test_providers_are_paused_and_payouts_looked_at(
    dana: httpx.AsyncClient, till: FastAPI
) -> None:
    here = "/money/providers"
    assert "Argent d’essai" in (await see(dana, here)).text
    await send(dana, here, f"{here}/sandbox", {"paused": "true", "reason": "Panne à Cotonou"})
    assert "Panne à Cotonou" in (await see(dana, here)).text
    assert "Panne à Cotonou" in (await see(dana, "/money")).text
    await send(dana, here, f"{here}/sandbox", {})
    assert "En pause" not in (await see(dana, here)).text
    assert "Aucun versement ici" in (await see(dana, "/money/payouts")).text
    assert "Aucun avis ici" in (await see(dana, "/money/webhooks")).text
    assert (await dana.get(f"/money/payouts/{uuid4()}")).status_code == 404
    assert (await dana.get("/money/orders?kind=nothing")).status_code == 422


async def test_who_may_not_read_money_is_shown_none(
    stranger: httpx.AsyncClient, studio: Studio, till: FastAPI
) -> None:
    answer = await stranger.get("/money")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")
