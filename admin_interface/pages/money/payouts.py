"""Payouts to approve, hold or refuse; where film-makers are paid."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, next_page, show
from admin_interface.pages.money.sayings import saying
from admin_interface.pages.staff import acting
from kit.contracts.payments.earnings import MakerEarning
from kit.contracts.payments.earnings_client import EarningsClient
from kit.contracts.payments.payouts import Payout, PayoutAccount, PayoutQuery, PayoutStory
from kit.contracts.payments.payouts_client import PayoutsClient
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Payouts = Annotated[PayoutsClient, acting(PayoutsClient)]
Earned = Annotated[EarningsClient, acting(EarningsClient)]
HERE = "/money/payouts"
Typed = Annotated[str, Form()]


class PayoutsView(Schema):
    payouts: list[Payout]
    flagged: list[PayoutAccount]
    makers: list[MakerEarning]
    next: str
    state: str


class PayoutView(Schema):
    payout: PayoutStory


@router.get(HERE)
async def payouts(
    request: Request,
    client: Payouts,
    earned: Earned,
    state: str = "",
    cursor: str | None = None,
) -> Response:
    page = await client.payouts(checked(PayoutQuery, {"state": state or None}), cursor)
    places = await client.payout_accounts()
    view = PayoutsView(
        payouts=page.items,
        flagged=[each for each in places.items if each.flags and not each.checked_by],
        makers=(await earned.maker_earnings()).items,
        next=next_page(request, page.next_cursor),
        state=state,
    )
    return show(request, "pages/money/payouts.html", view)


@router.get(HERE + "/{payout_id}")
async def payout_page(request: Request, payout_id: UUID, client: Payouts) -> Response:
    return show(
        request, "pages/money/payout.html", PayoutView(payout=await client.payout(payout_id))
    )


@router.post(HERE + "/{payout_id}")
async def decide(
    request: Request, payout_id: UUID, client: Payouts, deed: Typed, note: Typed = ""
) -> Response:
    here = f"{HERE}/{payout_id}"
    try:
        if deed == "approve":
            await client.approve_payout(payout_id)
            said = mark("Le versement part.")
        elif deed == "hold":
            await client.hold_payout(payout_id, note)
            said = mark("Le versement attend.")
        else:
            await client.refuse_payout(payout_id, note)
            said = mark("Le versement est refusé : l’argent revient au cinéaste.")
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
