"""A film-maker's payout as its line in their space: how far it is, and why not further."""

from kit.contracts.payments.payouts import Payout, PayoutState
from kit.i18n import Language, mark
from kit.schema import Schema
from public_interface.pages.money import ways

STATES = {
    PayoutState.pending: ("busy", mark("à approuver")),
    PayoutState.held: ("warning", mark("retenu")),
    PayoutState.in_transit: ("busy", mark("en route")),
    PayoutState.succeeded: ("success", mark("versé")),
    PayoutState.failed: ("danger", mark("échoué")),
}
REASONS = {
    "new_account": mark("Le compte vient d’être changé : nous attendons quelques jours."),
    "flags": mark("Nous vérifions le compte avant de verser."),
    "staff": mark("Quelqu’un de l’équipe le regarde."),
    "refused": mark("L’opérateur l’a refusé. L’argent est de nouveau disponible."),
    "wrong_number": mark(
        "Ce numéro n’a pas de compte chez l’opérateur. L’argent est de nouveau disponible."
    ),
    "withdrawn": mark("Vous l’avez repris."),
}
CAME_BACK = mark("Le versement n’a pas abouti. L’argent est de nouveau disponible.")


class PayoutLine(Schema):
    id: str
    amount: str
    at: str
    to: str
    tone: str
    state: str
    why: str
    may_withdraw: bool


def payout_line(each: Payout, say: Language) -> PayoutLine:
    tone, state = STATES[each.state]
    return PayoutLine(
        id=str(each.id),
        amount=say.money(each.amount, each.currency),
        at=say.moment(each.requested_at),
        to=f"{say(ways.mark_of(each.method).words)} {each.phone}",
        tone=tone,
        state=say(state),
        why=_why(each, say),
        may_withdraw=each.state in {PayoutState.pending, PayoutState.held},
    )


def _why(each: Payout, say: Language) -> str:
    """Say why the money waits or came back; nothing of what is on its way or there."""
    if each.state in {PayoutState.in_transit, PayoutState.succeeded}:
        return ""
    if each.note:
        return each.note
    if each.state is PayoutState.failed:
        return say(REASONS.get(each.reason, CAME_BACK))
    return say(REASONS[each.reason]) if each.reason in REASONS else ""
