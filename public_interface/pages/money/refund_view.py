"""What the page of giving an order back shows: what would come back, or why not; how far it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request

from kit.contracts.catalog.films import Film
from kit.contracts.payments.orders import Order, OrderKind, OrderState
from kit.contracts.payments.refunds import Refund, RefundOffer, RefundState
from kit.i18n import COIN, Language, mark
from kit.schema import Schema
from public_interface import rules
from public_interface.pages import cards
from public_interface.pages.account.frame import words
from public_interface.pages.cards import PictureView
from public_interface.pages.money import ways
from public_interface.pages.money.giving_back import ContactView, contact, deed, until
from public_interface.pages.money.order_view import KINDS
from public_interface.pages.money.till import Mine, new_key
from public_interface.rules import Return

STRAY = "unmatched"  # by this rule goes back what paid nothing
ONE_FILM = frozenset({OrderKind.film, OrderKind.rental})
OTHER = {
    OrderKind.coins: "coins",
    OrderKind.subscription: "days",
    OrderKind.gift_card: "card",
}
CLOSES = {
    "films": mark("Les films se ferment dès votre demande, et se rouvrent si elle est refusée."),
    "film": mark("Le film se ferme dès votre demande, et se rouvre si elle est refusée."),
    "coins": mark("Les pièces partent dès votre demande, et reviennent si elle est refusée."),
}
CLOSING = {
    "films": mark("Les films sont fermés en attendant, et se rouvrent si c’est refusé."),
    "film": mark("Le film est fermé en attendant, et se rouvre si c’est refusé."),
    "coins": mark("Les pièces sont retirées en attendant, et reviennent si c’est refusé."),
    "days": mark("Ces jours n’ouvrent rien en attendant, et reviennent si c’est refusé."),
    "card": mark("La carte ne paie rien en attendant, et sert de nouveau si c’est refusé."),
}
CLOSED = {
    "films": mark("Les films de cet achat sont de nouveau fermés."),
    "film": mark("Le film est de nouveau fermé."),
    "coins": mark("Les pièces de cet achat ont quitté votre portefeuille."),
    "days": mark("Les jours remboursés ne comptent plus."),
    "card": mark("La carte ne vaut plus rien."),
}
WHY_NOT = {
    "late": mark("Le délai pour le rendre est passé depuis le %(moment)s."),
    "watched": mark("Ce film a été commencé : ce qui a été regardé ne se rend pas."),
    "nothing_left": mark("Il ne reste rien à rembourser de cette commande."),
    "disputed": mark("Votre banque ou votre opérateur vérifie ce paiement. Attendons sa réponse."),
    "by_hand": mark("Ce qui a été payé en espèces ou avec un code est rendu à la main."),
    "kind": mark("Cet achat ne se rend pas."),
}
USED = {
    "films": mark("Un de ces films a été commencé : ce qui a été regardé ne se rend pas."),
    "coins": mark("Des pièces de cet achat sont dépensées : il ne se rend plus."),
}
KEPT = {
    OrderKind.subscription: mark("Un abonnement ne se rend pas, mais il s’arrête quand on veut."),
    OrderKind.gift_card: mark("Une carte cadeau ne se rend pas : elle a pu servir déjà."),
}
OTHERWISE = mark("Cette commande ne se rend pas en ce moment.")
STATES = {
    RefundState.pending: ("busy", mark("en route")),
    RefundState.succeeded: ("success", mark("rendu")),
    RefundState.failed: ("danger", mark("échoué")),
}


@dataclass(frozen=True)
class Found:
    """What the page is about: `gone` is what went back already, the oldest first."""

    order: Order
    film: Film | None
    offer: RefundOffer
    gone: Sequence[Refund]


class ChoiceView(Schema):
    """One way to have it back: how much comes, and where to, under an operator's mark."""

    value: str
    amount: str
    words: str
    letters: str
    hue: str
    symbol: str


class PastView(Schema):
    """Another sum of this order that went back."""

    words: str
    at: str
    amount: str
    tone: str
    state: str


class RefundView(Schema):
    """`amount`, `where`, `at`: of the refund that is under way or done."""

    path: str
    order_path: str
    stage: str
    seen: str
    """What this page shows: when it is something else, it is out of date."""
    deed: str
    title: str
    paid: str
    symbol: str
    picture: PictureView | None
    is_test: bool
    choices: list[ChoiceView]
    chosen: str
    until: str
    closing: str
    why: str
    has_failed: bool
    amount: str
    where: str
    at: str
    is_in_coins: bool
    film_href: str
    subscription_href: str
    past: list[PastView]
    contact: ContactView | None
    key: str


def refund_view(request: Request, mine: Mine, found: Found) -> RefundView:
    say = words(request)
    order, film, offer = found.order, found.film, found.offer
    last = next((each for each in reversed(found.gone) if each.rule != STRAY), None)
    stage = rules.return_stage(offer, last)
    choices = _choices(order, offer, say) if stage is Return.offer else []
    about = say("Rembourser la commande %(number)s", number=mine.id)
    return RefundView(
        path=f"{mine.path}/refund",
        order_path=mine.path,
        stage=stage,
        seen=f"{stage}:{last.id if last else ''}",
        deed=deed(order, say),
        title=film.title if film else order.title,
        paid=say.money(order.amount, order.currency),
        symbol=KINDS[order.kind][0],
        picture=cards.picture(film.poster, 300) if film else None,
        is_test=order.is_test,
        choices=choices,
        chosen=choices[0].value if choices else "",
        until=until(order, offer, say),
        closing=_closing(order, stage, say),
        why=_why(order, offer, say) if stage is Return.no else "",
        has_failed=last is not None and last.state is RefundState.failed,
        **_last(order, last, say),
        film_href=f"/films/{film.slug}" if film else "",
        subscription_href="/account/subscription" if order.kind is OrderKind.subscription else "",
        past=[_past(each, say) for each in found.gone if each is not last],
        contact=contact(request, about),
        key=new_key(),
    )


def _choices(order: Order, offer: RefundOffer, say: Language) -> list[ChoiceView]:
    made = {"source": _to_source, "coins": _in_coins}
    return [made[way](order, offer, say) for way in offer.ways]


def _to_source(order: Order, offer: RefundOffer, say: Language) -> ChoiceView:
    """Return the way back to who took the money, in the currency that was charged."""
    paid = rules.charged(order)
    found = ways.mark_of(paid.method if paid else "", is_test=order.is_test)
    amount, currency = offer.refundable_amount, order.currency
    if paid is not None and paid.currency != currency:
        amount, currency = paid.amount, paid.currency
    return ChoiceView(
        value="source",
        amount=say.money(amount, currency),
        words=say("vers %(where)s", where=_where(order, say)),
        letters=found.letters,
        hue=found.hue,
        symbol=found.symbol,
    )


def _in_coins(order: Order, offer: RefundOffer, say: Language) -> ChoiceView:
    words = say("dans votre portefeuille, tout de suite")
    if offer.bonus_coins:
        extra = say.plural("dont %(num)s offerte", "dont %(num)s offertes", offer.bonus_coins)
        words = f"{words}, {extra}"
    return ChoiceView(
        value="coins",
        amount=say.money(offer.coins + offer.bonus_coins, COIN),
        words=words,
        letters="",
        hue="plain",
        symbol="wallet",
    )


def _closing(order: Order, stage: Return, say: Language) -> str:
    """Say what becomes of what was bought; nothing where it stays."""
    is_closed = order.state is OrderState.refunded
    if stage is Return.moving:
        found = CLOSED if is_closed else CLOSING if order.held_at else {}
    elif stage is Return.done:
        found = CLOSED if is_closed else {}
    else:
        found = CLOSES if stage is Return.offer else {}
    text = found.get(_what(order), "")
    return say(text) if text else ""


def _why(order: Order, offer: RefundOffer, say: Language) -> str:
    if offer.why_not == "watched":
        return say(USED.get(_what(order), WHY_NOT["watched"]))
    if offer.why_not == "kind":
        return say(KEPT.get(order.kind, WHY_NOT["kind"]))
    moment = say.moment(offer.until) if offer.until else ""
    return say(WHY_NOT.get(offer.why_not, OTHERWISE), moment=moment)


def _what(order: Order) -> str:
    return "film" if order.kind in ONE_FILM else OTHER.get(order.kind, "films")


def _last(order: Order, last: Refund | None, say: Language) -> dict[str, Any]:
    if last is None:
        return {"amount": "", "where": "", "at": "", "is_in_coins": False}
    if last.way == "coins":
        amount, where = say.money(last.coins + last.bonus_coins, COIN), ""
    else:
        amount = say.money(last.source_amount, last.source_currency)
        where = _where(order, say)
    at = say.moment(last.settled_at or last.created_at)
    return {"amount": amount, "where": where, "at": at, "is_in_coins": last.way == "coins"}


def _where(order: Order, say: Language) -> str:
    paid = rules.charged(order)
    found = say(ways.mark_of(paid.method if paid else "", is_test=order.is_test).words)
    return f"{found} ({paid.phone})" if paid and paid.phone else found


def _past(each: Refund, say: Language) -> PastView:
    tone, state = STATES[each.state]
    is_stray = each.rule == STRAY
    return PastView(
        words=say("Un paiement de trop") if is_stray else say("Remboursement"),
        at=say.moment(each.settled_at or each.created_at),
        amount=say.money(each.amount, each.currency),
        tone=tone,
        state=say(state),
    )
