"""Payouts to approve, hold or refuse; where film-makers are paid."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, next_page, show
from admin_interface.pages.money.names import names
from admin_interface.pages.money.sayings import saying
from admin_interface.pages.staff import acting
from kit.contracts.accounts import AccountsClient
from kit.contracts.payments.earnings import MakerEarning
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.errors import PayoutHeld
from kit.contracts.payments.payouts import (
    HolderCheck,
    Payout,
    PayoutAccountSeen,
    PayoutQuery,
    PayoutState,
    PayoutStory,
)
from kit.contracts.payments.payouts_client import PayoutsClient
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Payouts = Annotated[PayoutsClient, acting(PayoutsClient)]
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
Earned = Annotated[EarningsClient, acting(EarningsClient)]
HERE = "/money/payouts"
Typed = Annotated[str, Form()]
WHY_HELD = {
    "flags": mark("Ce numéro est à vérifier avant : regardez ce que l’opérateur en dit."),
    "unconfirmed": mark("Cochez que vous avez confirmé le nom du titulaire, puis approuvez."),
    "new_account": mark("Ce numéro est trop récent : le versement attend quelques jours."),
    "provider": mark("Aucun prestataire configuré ne verse chez cet opérateur."),
}


class PayoutsView(Schema):
    payouts: list[Payout]
    flagged: list[PayoutAccountSeen]
    makers: list[MakerEarning]
    names: dict[str, str]
    next: str
    state: str


class PayoutView(Schema):
    """`has_doubts`: somebody has to look at the number first. `wants_name`: no rail says whose it
    is, so who approves confirms it.
    """

    payout: PayoutStory
    is_open: bool
    has_doubts: bool
    wants_name: bool


@router.get(HERE)
async def payouts(
    request: Request,
    client: Payouts,
    earned: Earned,
    accounts: Accounts,
    state: str = "",
    cursor: str | None = None,
) -> Response:
    page = await client.payouts(checked(PayoutQuery, {"state": state or None}), cursor)
    places = await client.payout_accounts()
    makers = (await earned.maker_earnings()).items
    paid, earning = ({str(one.account_id) for one in rows} for rows in (page.items, makers))
    view = PayoutsView(
        payouts=page.items,
        flagged=[each for each in places.items if each.flags and not each.checked_by],
        makers=makers,
        names=await names(accounts, paid | earning),
        next=next_page(request, page.next_cursor),
        state=state,
    )
    return show(request, "pages/money/payouts.html", view)


@router.get(HERE + "/{payout_id}")
async def payout_page(request: Request, payout_id: UUID, client: Payouts) -> Response:
    payout = await client.payout(payout_id)
    is_open = payout.state in {PayoutState.pending, PayoutState.held}
    is_unknown = payout.holder_check is HolderCheck.unknown
    view = PayoutView(
        payout=payout,
        is_open=is_open,
        has_doubts=bool(payout.flags) and not payout.is_confirmed,
        wants_name=is_open and is_unknown and not payout.is_confirmed,
    )
    return show(request, "pages/money/payout.html", view)


@router.post(HERE + "/{payout_id}")
async def decide(
    request: Request,
    payout_id: UUID,
    client: Payouts,
    deed: Typed,
    note: Typed = "",
    confirms_name: Annotated[bool, Form()] = False,
) -> Response:
    here = f"{HERE}/{payout_id}"
    try:
        if deed == "approve":
            await client.approve_payout(payout_id, confirms_name=confirms_name)
            said = mark("Le versement part.")
        elif deed == "hold":
            await client.hold_payout(payout_id, note)
            said = mark("Le versement attend.")
        else:
            await client.refuse_payout(payout_id, note)
            said = mark("Le versement est refusé : l’argent revient au cinéaste.")
    except PayoutHeld as held:
        why = WHY_HELD.get(str(held.extra.get("why", "")))
        return back(request, here, why or saying(request, held), "danger")
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, said)


@router.post(HERE + "/accounts/{place_id}/check")
async def check(request: Request, place_id: UUID, client: Payouts) -> Response:
    """Say that somebody looked at a place that was flagged, and found it good."""
    try:
        await client.check_payout_account(place_id)
    except AppError as error:
        return back(request, HERE, saying(request, error), "danger")
    return back(request, HERE, mark("Ce numéro est noté comme vérifié."))
