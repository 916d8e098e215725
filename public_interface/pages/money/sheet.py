"""The unlock sheet of a film's page: every way to have it, each one press away."""

import logging

from fastapi import APIRouter, Request, Response

from kit.contracts.catalog.films import Film
from kit.contracts.payments.shop import Bundle, BundleKind, FilmOffer, GrantKind, Owned, Way
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.subscriptions_client import SubscriptionsClient
from kit.errors import AppError
from kit.i18n import Language
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import Person
from public_interface import rules
from public_interface.forms import UnlockForm
from public_interface.pages import cards
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.sayings import said
from public_interface.pages.home import Catalog
from public_interface.pages.money import kept
from public_interface.pages.money.buying import country_of
from public_interface.pages.money.plans import per
from public_interface.pages.money.till import new_key, not_too_often
from public_interface.pages.visitor import Visitor

logger = logging.getLogger(__name__)
router = APIRouter()


class PressView(Schema):
    """One press: a form to `action` with these fields, or a link to `href`."""

    words: str
    action: str = ""
    fields: dict[str, str] = {}
    href: str = ""
    is_first: bool = False


class OfferView(Schema):
    """One thing to have, and the ways to have it, the likeliest first."""

    title: str
    note: str
    presses: list[PressView]


class SheetView(Schema):
    """`paying_href`: a payment for this film is under way there; `returning_href`: its money is on
    its way back, and it is closed meanwhile. `is_own`: the visitor made it.
    """

    offers: list[OfferView]
    balance: int | None
    paying_href: str
    returning_href: str = ""
    is_own: bool
    is_coming: bool


NO_SHEET = SheetView(offers=[], balance=None, paying_href="", is_own=False, is_coming=False)


@router.post("/films/{slug}/unlock")
async def unlock(slug: str, request: Request, catalog: Catalog, person: Person) -> Response:
    """Have a film for coins, and watch it: nothing else is asked."""
    say = words(request)
    typed = await filled(request, UnlockForm, say)
    here = f"/films/{slug}"
    if typed.form is None:
        return back(request, here)
    shop: ShopClient = request.app.state.clients[ShopClient]
    try:
        await not_too_often(request, "unlock")
        film = await catalog.film(slug)
        await shop.acting(person.token).unlock(film.id, typed.form.kind, key=typed.form.key)
    except AppError as error:
        return back(request, f"{here}#unlock", said(error, say), "danger")
    return back(request, f"/watch/{film.slug}")


async def sheet(request: Request, film: Film, visitor: Visitor) -> SheetView:
    """Return what can be done about a locked film; nothing where payments do not answer."""
    say = words(request)
    if visitor.person is not None and visitor.person.max_age is not None:
        return NO_SHEET  # a child's profile buys nothing
    paying = kept.paying_for(request, str(film.id))
    view = NO_SHEET.model_copy(
        update={"paying_href": f"/orders/{paying.order_id}" if paying else ""}
    )
    try:
        offer = await _asked(request, visitor, film)
        plans = await _plans(request, say) if film.access_level == "vip" else []
    except AppError as error:
        logger.warning("no offers for a film", extra={"error": type(error).__name__})
        return view
    return view.model_copy(
        update={
            "offers": _marked([*_offers(offer, film, say), *plans]),
            "balance": offer.balance if film.access_level == "ppv" else None,
            "returning_href": _returning(offer),
            "is_own": offer.owned is Owned.maker,
            "is_coming": offer.owned is Owned.grant,
        }
    )


def _returning(offer: FilmOffer) -> str:
    is_closed = offer.returning_order_id is not None and offer.owned is None
    return f"/orders/{offer.returning_order_id}/refund" if is_closed else ""


def _marked(offers: list[OfferView]) -> list[OfferView]:
    """Return the same with one press to stand out: the first that does it here and now."""
    all_of_them = [press for offer in offers for press in offer.presses]
    first = next((each for each in all_of_them if each.action), next(iter(all_of_them), None))
    return [
        offer.model_copy(
            update={
                "presses": [
                    press.model_copy(update={"is_first": press is first}) for press in offer.presses
                ]
            }
        )
        for offer in offers
    ]


async def _asked(request: Request, visitor: Visitor, film: Film) -> FilmOffer:
    shop: ShopClient = request.app.state.clients[ShopClient]
    asked = shop.acting(visitor.person.token) if visitor.person else shop
    return await asked.offer(film.id, country_of(request) or "")


def _offers(offer: FilmOffer, film: Film, say: Language) -> list[OfferView]:
    if offer.owned is not None:
        return []
    rent, buy = _presses(offer, offer.rent, film, say), _presses(offer, offer.buy, film, say)
    found = [
        OfferView(title=say("Louer"), note=_window(offer, say), presses=rent),
        OfferView(title=say("Acheter"), note=say("À vous, sans limite de temps"), presses=buy),
        *(_bundle(each, film, say) for each in offer.bundles if each.is_on_sale),
    ]
    return [each for each in found if each.presses]


def _presses(offer: FilmOffer, way: Way | None, film: Film, say: Language) -> list[PressView]:
    """Return the presses for money and for coins; coins come first for who has enough."""
    if way is None:
        return []
    is_rental = way is offer.rent
    found = []
    if way.price is not None:
        order = {"kind": "rental" if is_rental else "film", "subject": str(film.id)}
        found.append(_for_money(way.price.amount, way.price.currency, film, order, say))
    if way.coins is not None:
        kind = GrantKind.rental if is_rental else GrantKind.own
        press = _for_coins(offer.balance, way.coins, kind, film, say)
        found.insert(0 if press.action else len(found), press)
    return found


def _for_coins(
    balance: int | None, coins: int, kind: GrantKind, film: Film, say: Language
) -> PressView:
    here = f"/films/{film.slug}"
    words = say.plural("%(num)s pièce", "%(num)s pièces", coins)
    if balance is None:
        return PressView(words=words, href=f"/sign-in{rules.going_to(here)}")
    if balance < coins:
        return PressView(words=words, href=f"/account/wallet{rules.going_to(here)}")
    fields = {"film_id": str(film.id), "kind": kind.value, "key": new_key()}
    return PressView(words=words, action=f"{here}/unlock", fields=fields)


def _for_money(
    amount: int, currency: str, film: Film, order: dict[str, str], say: Language
) -> PressView:
    fields = {**order, "key": new_key(), "next": f"/films/{film.slug}"}
    return PressView(words=say.money(amount, currency), action="/orders", fields=fields)


def _bundle(each: Bundle, film: Film, say: Language) -> OfferView:
    note = say.plural("%(num)s film", "%(num)s films", len(each.items))
    if each.kind is BundleKind.season:
        note = say("La saison entière, et les épisodes qui viennent")
    order = {"kind": each.kind.value, "subject": str(each.id)}
    title = cards.either(each.title_fr, each.title_en, say)
    press = _for_money(each.amount, each.currency, film, order, say)
    return OfferView(title=title, note=note, presses=[press])


def _window(offer: FilmOffer, say: Language) -> str:
    hours, days = offer.finish_within_hours or 0, offer.start_within_days or 0
    return say("%(hours)s h pour le voir, à commencer sous %(days)s jours", hours=hours, days=days)


async def _plans(request: Request, say: Language) -> list[OfferView]:
    """Return the cheapest plan, leading to all of them."""
    client: SubscriptionsClient = request.app.state.clients[SubscriptionsClient]
    found = (await client.plans(country_of(request))).items
    if not found:
        return []
    least = min(found, key=lambda plan: plan.amount)
    price = say.money(least.amount, least.currency)
    return [
        OfferView(
            title=say("S’abonner"),
            note=say("Tous les films VIP, sur tous vos appareils"),
            presses=[PressView(words=f"{price} {per(least, say)}", href="/plans")],
        )
    ]
