"""From what was bought to giving it back: what it is called, until when it can be, whom to ask."""

import logging
from urllib.parse import quote

from fastapi import Request

from kit.contracts.payments.orders import Order, OrderKind
from kit.contracts.payments.refunds import RefundOffer
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from public_interface import rules
from public_interface.pages.money.till import Mine
from public_interface.rules import Stage

logger = logging.getLogger(__name__)
ONE, MANY = mark("Rendre ce film"), mark("Rendre ces films")
DEEDS = {
    OrderKind.film: ONE,
    OrderKind.rental: ONE,
    OrderKind.bundle: MANY,
    OrderKind.season: MANY,
    OrderKind.coins: mark("Rendre ces pièces"),
}
OTHERWISE = mark("Se faire rembourser")
UNTIL_SPENT = mark("Possible jusqu’au %(moment)s, tant qu’aucune pièce n’est dépensée.")
UNTIL_BEGUN = mark("Possible jusqu’au %(moment)s, tant que rien n’est commencé.")


class HintView(Schema):
    """The link to giving back; `note`: until when."""

    words: str
    href: str
    note: str


class ContactView(Schema):
    """Where a person answers."""

    email: str
    href: str


async def hint(mine: Mine, order: Order, say: Language) -> HintView | None:
    """Return the way from an order's page to giving it back, or to how far that is.

    Nothing for what cost nothing.
    """
    href = f"{mine.path}/refund"
    if rules.stage(order) is Stage.refunded:
        return HintView(words=say("Voir le remboursement"), href=href, note="")
    if rules.stage(order) is not Stage.done or not order.amount:
        return None
    try:
        offer = await mine.refunds.refund_offer(mine.id, mine.secret)
    except AppError as error:
        logger.warning("no offer of a refund", extra={"error": type(error).__name__})
        return HintView(words=deed(order, say), href=href, note="")
    return HintView(words=_words(order, offer, say), href=href, note=until(order, offer, say))


def deed(order: Order, say: Language) -> str:
    return say(DEEDS.get(order.kind, OTHERWISE))


def until(order: Order, offer: RefundOffer, say: Language) -> str:
    """Say until when it can be given back; nothing when it cannot."""
    if not offer.may or offer.until is None:
        return ""
    text = UNTIL_SPENT if order.kind is OrderKind.coins else UNTIL_BEGUN
    return say(text, moment=say.moment(offer.until))


def contact(request: Request, about: str) -> ContactView | None:
    """Return the studio's address, with what it is about; nothing where none is set."""
    email: str = request.app.state.settings.seller_email
    if not email:
        return None
    return ContactView(email=email, href=f"mailto:{quote(email, safe='@+')}?subject={quote(about)}")


def _words(order: Order, offer: RefundOffer, say: Language) -> str:
    if order.refunded_amount:
        return say("Voir le remboursement")
    is_moving = not offer.may and not offer.why_not
    return say("Le remboursement est en route") if is_moving else deed(order, say)
