"""What is for sale: packs of coins, plans, coupons, prices by country."""

from collections.abc import Awaitable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import Mistyped, checked
from admin_interface.pages.desk import back, show
from admin_interface.pages.money.sayings import saying
from admin_interface.pages.money.typed import plain, shown, values
from admin_interface.pages.staff import acting
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.payments.coins import Pack, PackChange, PackNew
from kit.contracts.payments.coins_client import CoinsClient
from kit.contracts.payments.promotions import (
    CountryPrice,
    CountryPriceNew,
    Coupon,
    CouponChange,
    CouponNew,
)
from kit.contracts.payments.promotions_client import PromotionsClient
from kit.contracts.payments.shop_errors import (
    PackNotFound,
)
from kit.contracts.payments.subscriptions import Plan, PlanChange, PlanNew
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Catalog = Annotated[CatalogClient, acting(CatalogClient)]
Coins = Annotated[CoinsClient, acting(CoinsClient)]
Plans = Annotated[SubscriptionsClient, acting(SubscriptionsClient)]
Promotions = Annotated[PromotionsClient, acting(PromotionsClient)]
HERE = "/money/shop"
PACK: dict[str, tuple[str, ...]] = {
    "amounts": ("amount",),
    "numbers": ("coins", "bonus_coins", "first_coins", "season_coins", "code_coins", "bonus_days",
                "discount_percent", "position"),
    "moments": ("season_from", "season_until", "discount_until"),
    "flags": ("is_on_sale",),
}  # fmt: skip
PLAN: dict[str, tuple[str, ...]] = {
    "amounts": ("amount",),
    "numbers": ("trial_days", "grace_days", "max_devices", "position"),
    "flags": ("is_on_sale",),
}
COUPON: dict[str, tuple[str, ...]] = {
    "amounts": ("amount", "most_amount", "least_order_amount"),
    "numbers": ("percent", "limit_total", "limit_per_person"),
    "moments": ("starts_at", "ends_at"),
    "flags": ("first_order_only", "is_active"),
}
SAVED = mark("C’est enregistré.")


class ShopView(Schema):
    """`films`: titles of those that cost something else in a country, by id."""

    packs: list[Pack]
    plans: list[Plan]
    coupons: list[Coupon]
    prices: list[CountryPrice]
    films: dict[str, str]
    coupons_next: str


class ThingView(Schema):
    """One thing in its form: what is typed, and what is wrong with it. No id: a new one."""

    id: UUID | None
    values: dict[str, Any]
    errors: dict[str, str] = {}
    trouble: str = ""


@router.get(HERE)
async def shop(
    request: Request,
    coins: Coins,
    plans: Plans,
    promotions: Promotions,
    catalog: Catalog,
    cursor: str | None = None,
) -> Response:
    coupons = await promotions.coupons(cursor)
    prices = (await promotions.country_prices()).items
    view = ShopView(
        packs=(await coins.packs()).items,
        plans=(await plans.plans(everything=True)).items,
        coupons=coupons.items,
        prices=prices,
        films=await _titles(catalog, prices),
        coupons_next=f"{HERE}?cursor={coupons.next_cursor}" if coupons.next_cursor else "",
    )
    return show(request, "pages/money/shop.html", view)


async def _titles(catalog: CatalogClient, prices: list[CountryPrice]) -> dict[str, str]:
    found = {}
    for film_id in {each.subject for each in prices if each.kind in {"film", "rental"}}:
        try:
            found[film_id] = (await catalog.film(film_id, everything=True)).title
        except AppError:
            continue  # its id stands there instead
    return found


@router.get(HERE + "/packs/{pack_id}")
@router.get(f"{HERE}/packs/new")
async def pack_page(request: Request, coins: Coins, pack_id: UUID | None = None) -> Response:
    found = [each for each in (await coins.packs()).items if each.id == pack_id]
    if pack_id is not None and not found:
        raise PackNotFound
    given = found[0].model_dump() if found else {"currency": "XOF", "is_on_sale": True}
    view = ThingView(id=pack_id, values=_shown(given, PACK))
    return _form(request, "pack", view)


@router.post(HERE + "/packs/{pack_id}")
@router.post(f"{HERE}/packs/new")
async def save_pack(request: Request, coins: Coins, pack_id: UUID | None = None) -> Response:
    typed = plain(await request.form())
    given = values(typed, **PACK)

    async def save() -> None:
        if pack_id is None:
            await coins.make_pack(checked(PackNew, given))
        else:
            await coins.change_pack(pack_id, checked(PackChange, given))

    return await _saved(request, "pack", pack_id, typed, save())


@router.get(HERE + "/plans/{plan_id}")
@router.get(f"{HERE}/plans/new")
async def plan_page(request: Request, plans: Plans, plan_id: UUID | None = None) -> Response:
    found = (await plans.plan(plan_id)).model_dump() if plan_id else {}
    given = found or {"currency": "XOF", "is_on_sale": True, "interval": "month", "tier": "vip",
                      "grace_days": 3}  # fmt: skip
    return _form(request, "plan", ThingView(id=plan_id, values=_shown(given, PLAN)))


@router.post(HERE + "/plans/{plan_id}")
@router.post(f"{HERE}/plans/new")
async def save_plan(request: Request, plans: Plans, plan_id: UUID | None = None) -> Response:
    typed = plain(await request.form())
    given = values(typed, **PLAN)

    async def save() -> None:
        if plan_id is None:
            await plans.make_plan(checked(PlanNew, given))
        else:
            await plans.change_plan(plan_id, checked(PlanChange, given))

    return await _saved(request, "plan", plan_id, typed, save())


@router.get(HERE + "/coupons/{coupon_id}")
@router.get(f"{HERE}/coupons/new")
async def coupon_page(
    request: Request, promotions: Promotions, coupon_id: UUID | None = None
) -> Response:
    found = (await promotions.coupon(coupon_id)).model_dump() if coupon_id else {}
    given = found or {"kind": "percent", "is_active": True, "limit_per_person": 1}
    return _form(request, "coupon", ThingView(id=coupon_id, values=_shown(given, COUPON)))


@router.post(HERE + "/coupons/{coupon_id}")
@router.post(f"{HERE}/coupons/new")
async def save_coupon(
    request: Request, promotions: Promotions, coupon_id: UUID | None = None
) -> Response:
    form = await request.form()
    typed = plain(form)
    given = values(typed, **COUPON) | {"kinds": form.getlist("kinds")}
    if given.get("kind") == "percent":
        given.pop("amount", None)
        if not given.keys() & {"most_amount", "least_order_amount"}:
            given.pop("currency", None)
    else:
        given.pop("percent", None)

    async def save() -> None:
        if coupon_id is None:
            await promotions.make_coupon(checked(CouponNew, given))
        else:
            await promotions.change_coupon(coupon_id, checked(CouponChange, given))

    return await _saved(request, "coupon", coupon_id, typed, save())


@router.post(f"{HERE}/prices")
async def set_price(request: Request, promotions: Promotions) -> Response:
    typed = plain(await request.form())
    kind, _, subject = typed.get("of", "").partition(":")
    given = values(typed, amounts=("amount",)) | {"kind": kind, "subject": subject}
    given["country"] = str(given.get("country", "")).upper()
    try:
        await promotions.set_country_price(checked(CountryPriceNew, given))
    except AppError as error:
        return back(request, HERE, saying(request, error), "danger")
    return back(request, HERE, SAVED)


@router.post(HERE + "/prices/{price_id}/removal")
async def remove_price(request: Request, price_id: UUID, promotions: Promotions) -> Response:
    try:
        await promotions.remove_country_price(price_id)
    except AppError as error:
        return back(request, HERE, saying(request, error), "danger")
    return back(request, HERE, SAVED)


def _shown(given: dict[str, Any], kinds: dict[str, tuple[str, ...]]) -> dict[str, Any]:
    return shown(given, amounts=kinds["amounts"], moments=kinds.get("moments", ()))


def _form(request: Request, kind: str, view: ThingView, status: int = 200) -> Response:
    return show(request, f"pages/money/{kind}.html", view, status)


async def _saved(
    request: Request, kind: str, id_: UUID | None, typed: dict[str, str], saving: Awaitable[None]
) -> Response:
    """Go back to the shop; or show the form again with what is wrong."""
    try:
        await saving
    except Mistyped as error:
        return _form(request, kind, ThingView(id=id_, values=typed, errors=error.fields), 422)
    except AppError as error:
        again = ThingView(id=id_, values=typed, trouble=saying(request, error))
        return _form(request, kind, again, error.status)
    return back(request, HERE, SAVED)
