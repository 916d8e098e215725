"""What the page of an order shows, at each stage of its life."""

import logging
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response

from kit.auth import Caller
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film
from kit.contracts.payments.orders import Attempt, Order, OrderKind, OrderState
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from public_interface import rules
from public_interface.pages import cards
from public_interface.pages.account.frame import words
from public_interface.pages.cards import PictureView
from public_interface.pages.money import kept, ways
from public_interface.pages.money.buying import goal_of
from public_interface.pages.money.giving_back import HintView
from public_interface.pages.money.till import Mine, new_key
from public_interface.pages.money.ways import WayView
from public_interface.pages.visitor import Visitor, keep_bought
from public_interface.rules import Stage

logger = logging.getLogger(__name__)
KINDS = {
    OrderKind.coins: ("coins", mark("Des pièces pour votre portefeuille")),
    OrderKind.film: ("clapperboard", mark("Le film, à garder")),
    OrderKind.rental: ("clapperboard", mark("Le film, en location")),
    OrderKind.bundle: ("gallery-horizontal-end", mark("Plusieurs films ensemble")),
    OrderKind.season: ("gallery-horizontal-end", mark("La saison entière")),
    OrderKind.subscription: ("crown", mark("Abonnement")),
    OrderKind.gift_card: ("gift", mark("Carte cadeau")),
}
REASONS = {
    "refused": mark("Votre opérateur a refusé le paiement."),
    "cancelled": mark("Le paiement a été annulé."),
    "expired": mark("Le temps pour confirmer est passé."),
    "insufficient_funds": mark("Il n’y a pas assez d’argent sur ce compte."),
    "wrong_number": mark("Ce numéro n’a pas de compte chez cet opérateur."),
    "limit_reached": mark("Ce compte a atteint sa limite de paiements."),
    "wrong_pin": mark("Le code secret était faux."),
    "operator_down": mark("L’opérateur ne répond pas en ce moment."),
    "currency": mark("Ce moyen ne prend pas cette monnaie."),
    "wrong_amount": mark("Le montant reçu n’était pas le bon : il est rendu."),
    "paid_already": mark("Cette commande était déjà payée : ce montant est rendu."),
}
OTHERWISE = mark("Le paiement n’a pas abouti.")


@dataclass(frozen=True)
class Asked:
    """What the form shows: what was typed, or what is remembered."""

    phone: str = ""
    country: str = ""
    way: str = ""


class OrderView(Schema):
    """`go_href` leads on to the provider's page; `goal_href` to what was bought."""

    path: str
    stage: str
    seen: str
    """The states that this page shows: another one, and it is out of date."""
    kind: str
    symbol: str
    title: str
    what: str
    picture: PictureView | None
    amount: str
    list_amount: str
    discount: str
    tax: str
    coupon: str
    is_test: bool
    is_mine: bool
    """It belongs to an account; else the page is what leads back to it."""
    ways: list[WayView]
    more_ways: list[WayView]
    chosen: str
    phone: str
    country: str
    countries: list[tuple[str, str]]
    key: str
    errors: dict[str, str]
    way: WayView | None
    """The way that was taken last."""
    paying_phone: str
    trouble: str
    go_href: str
    codes: list[str]
    given: str
    goal_href: str
    goal: str
    refunded: str
    papers: bool
    is_held: bool
    """What it gave is closed, while its money is on its way back."""
    is_lost: bool
    """The payer's bank took all of it back, for good."""
    giving_back: HintView | None = None


async def order_view(
    request: Request,
    mine: Mine,
    catalog: CatalogClient,
    order: Order,
    asked: Asked,
    person: Caller | None,
) -> OrderView:
    say = words(request)
    stage = rules.stage(order)
    last = rules.last_attempt(order)
    film = await film_of(catalog, order)
    offered = await _ways(request, mine, order, asked) if stage is Stage.choose else []
    first, more = _folded(offered, asked)
    return OrderView(
        path=mine.path,
        stage=stage,
        seen=f"{order.state}:{last.state if last else ''}",
        title=film.title if film else order.title,
        **_kind(order, say),
        picture=cards.picture(film.poster, 300) if film else None,
        **_money(order, say),
        is_test=order.is_test or any(way.is_test for way in offered) or bool(last and last.is_test),
        is_mine=person is not None and not mine.secret,
        ways=first,
        more_ways=more,
        chosen=asked.way if any(each.value == asked.way for each in offered) else _first(first),
        **_number(request, asked, say),
        key=new_key(),
        errors={},
        **_last(request, last, say, stage),
        codes=_codes(order),
        given=_given(order, say),
        goal_href=_goal(request, order, film),
        goal=_goal_words(order, film, say),
        is_held=order.held_at is not None,
        is_lost=order.state is OrderState.disputed and order.refunded_amount >= order.amount,
        papers=stage in {Stage.done, Stage.refunded, Stage.disputed},
    )


async def settled(
    request: Request, answer: Response, order: Order, visitor: Visitor, person: Caller | None
) -> Response:
    """Let what was paid without an account open at once here: its codes are kept as cookies."""
    if rules.stage(order) in {Stage.choose, Stage.wait, Stage.giving}:
        return answer
    kept.forget_paying(answer)
    codes = _codes(order)
    if codes and rules.stage(order) is Stage.done and person is None:
        await keep_bought(request, answer, visitor, codes)
    return answer


async def film_of(catalog: CatalogClient, order: Order) -> Film | None:
    if order.kind not in {OrderKind.film, OrderKind.rental}:
        return None
    try:
        return await catalog.film(order.subject)
    except AppError as error:
        logger.warning("film of an order not found", extra={"error": type(error).__name__})
        return None


async def _ways(request: Request, mine: Mine, order: Order, asked: Asked) -> list[WayView]:
    say = words(request)
    try:
        found = await mine.orders.methods(
            order.amount, order.currency, asked.country or None, asked.phone or None
        )
    except AppError as error:
        logger.warning("no ways to pay", extra={"error": type(error).__name__})
        return []
    return [ways.way(each, say) for each in found.items]


def _folded(offered: list[WayView], asked: Asked) -> tuple[list[WayView], list[WayView]]:
    """Return the ways shown at once and those behind "other ways".

    With a number, its operator stands first; without one, the number will say it.
    """
    likely = [way for way in offered if way.is_predicted and asked.phone]
    others = [way for way in offered if way not in likely]
    if likely:
        plain = [way for way in others if not way.needs_phone][:1]
        return likely + plain, [way for way in others if way not in plain]
    return offered, []


def _kind(order: Order, say: Language) -> dict[str, Any]:
    symbol, what = KINDS[order.kind]
    return {"kind": order.kind, "symbol": symbol, "what": say(what)}


def _number(request: Request, asked: Asked, say: Language) -> dict[str, Any]:
    is_whole = asked.phone.startswith("+")
    country = rules.country_of(asked.phone) or asked.country
    return {
        "phone": rules.national(asked.phone) if is_whole else asked.phone,
        "country": country or request.app.state.settings.country,
        "countries": calling_codes(say),
    }


def calling_codes(say: Language) -> list[tuple[str, str]]:
    return [(code, f"+{prefix} {say.country(code)}") for code, prefix in rules.CALLING.items()]


def _first(shown: list[WayView]) -> str:
    return shown[0].value if shown and (shown[0].is_predicted or not shown[0].needs_phone) else ""


def _money(order: Order, say: Language) -> dict[str, Any]:
    has_discount = order.discount_amount > 0
    return {
        "amount": say.money(order.amount, order.currency),
        "list_amount": say.money(order.list_amount, order.currency) if has_discount else "",
        "discount": say.money(order.discount_amount, order.currency) if has_discount else "",
        "tax": say.money(order.tax_amount, order.currency) if order.tax_amount else "",
        "coupon": order.coupon_code or "",
        "refunded": say.money(order.refunded_amount, order.currency)
        if order.refunded_amount
        else "",
    }


def _last(request: Request, last: Attempt | None, say: Language, stage: Stage) -> dict[str, Any]:
    if last is None:
        return {"way": None, "paying_phone": "", "trouble": "", "go_href": ""}
    found = ways.mark_of(last.method, is_test=last.is_test)
    taken = WayView(
        value=f"{last.provider}:{last.method}",
        words=say(found.words),
        letters=found.letters,
        hue=found.hue,
        symbol=found.symbol,
        needs_phone=bool(last.phone),
        note="",
        is_predicted=False,
        is_test=last.is_test,
    )
    secure = request.app.state.settings.is_secure
    may_go = stage is Stage.wait and rules.is_address(last.redirect_url, secure=secure)
    return {
        "way": taken,
        "paying_phone": last.phone,
        "trouble": say(REASONS.get(last.reason, OTHERWISE)) if stage is Stage.choose else "",
        "go_href": last.redirect_url if may_go else "",
    }


def _codes(order: Order) -> list[str]:
    """Return the codes that an order gave, of one film or of several."""
    found = order.given.get("codes") or [order.given.get("code")]
    return [code for code in found if isinstance(code, str) and code]


def _given(order: Order, say: Language) -> str:
    coins, bonus = order.given.get("coins"), order.given.get("bonus")
    if isinstance(coins, int):
        coins += bonus if isinstance(bonus, int) else 0
        return say.plural("%(num)s pièce est", "%(num)s pièces sont", coins)
    return ""


def _goal(request: Request, order: Order, film: Film | None) -> str:
    if film is not None:
        return f"/watch/{film.slug}"
    if wished := goal_of(request, order.id):
        return wished
    return {
        OrderKind.coins: "/account/wallet",
        OrderKind.subscription: "/films?access=vip",
    }.get(order.kind, "/films")


def _goal_words(order: Order, film: Film | None, say: Language) -> str:
    if film is not None:
        return say("Regarder")
    return say(
        {
            OrderKind.coins: mark("Continuer"),
            OrderKind.subscription: mark("Voir les films VIP"),
        }.get(order.kind, mark("Voir les films"))
    )
