"""Giving a film back that coins opened: as long as it was not begun, and not too late."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit import clock
from kit.contracts.payments.shop import Grant, GrantState
from kit.contracts.payments.shop_client import ShopClient
from kit.contracts.payments.shop_errors import GrantNotFound
from kit.errors import AppError
from kit.i18n import COIN, Language, mark
from kit.schema import Schema
from kit.site.session import acting
from public_interface import rules
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.sayings import said
from public_interface.pages.money.giving_back import MANY, ONE, ContactView, contact
from public_interface.pages.money.till import not_too_often, show
from public_interface.rules import Return

router = APIRouter()
Shop = Annotated[ShopClient, acting(ShopClient)]
HERE = "/account/wallet/returns/{grant_id}"
MOST_PAGES, ON_A_PAGE = 5, 200
LATELY = timedelta(days=7)
NO_MORE = {
    "watched": mark("Commencé : ne se rend plus"),
    "late": mark("Délai passé : ne se rend plus"),
}
WHY_NOT = {
    "watched": mark("Il a été commencé : ce qui a été regardé ne se rend pas."),
    "late": mark("Le délai pour le rendre est passé."),
    "money": mark("Ce film n’a pas été payé en pièces : voyez vos achats."),
}


class LinkView(Schema):
    href: str
    words: str


class ReturnView(Schema):
    """`titles`: of the films that were paid together, and go back together."""

    path: str
    stage: str
    deed: str
    titles: list[str]
    coins: str
    until: str
    why: str
    is_money: bool
    """It was paid by an order, and goes back with it."""
    film_href: str
    contact: ContactView | None


@router.get(HERE)
async def giving_back(request: Request, grant_id: UUID, shop: Shop) -> Response:
    """Show what comes back; nothing is given back by looking."""
    found = await _together(shop, grant_id)
    return show(request, "return", _view(request, grant_id, found))


@router.post(HERE)
async def give_back(request: Request, grant_id: UUID, shop: Shop) -> Response:
    """Give it back, once; a form that is sent again changes nothing."""
    here = HERE.format(grant_id=grant_id)
    try:
        await not_too_often(request, "refund")
        await shop.refund(grant_id)
    except GrantNotFound:
        raise
    except AppError as error:
        return back(request, here, said(error, words(request)), "danger")
    return back(request, here)


def links(grants: Sequence[Grant], at: datetime, say: Language) -> dict[UUID, LinkView]:
    """Return the way to give films back, by the spend that paid them; lately, why not any more."""
    paid: dict[UUID, list[Grant]] = {}
    for each in grants:
        if each.spend_id is not None and each.state is not GrantState.ended:
            paid.setdefault(each.spend_id, []).append(each)
    found = {}
    for spend_id, films in paid.items():
        why = rules.why_kept(films, at)
        if not why or films[0].created_at > at - LATELY:
            deed = MANY if len(films) > 1 else ONE
            href = HERE.format(grant_id=films[0].id)
            found[spend_id] = LinkView(href=href, words=say(NO_MORE[why] if why else deed))
    return found


async def _together(shop: ShopClient, grant_id: UUID) -> list[Grant]:
    """Return a film of theirs first, then those that were paid with it.

    It is looked for among their own: staff are shown other people's as well.
    """
    known: list[Grant] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await shop.grants(cursor, ON_A_PAGE)
        known += page.items
        mine = next((each for each in known if each.id == grant_id), None)
        if mine is not None:
            also = [each for each in known if each.spend_id and each.spend_id == mine.spend_id]
            return [mine, *(each for each in also if each.id != grant_id)]
        cursor = page.next_cursor
        if cursor is None:
            break
    raise GrantNotFound


def _view(request: Request, grant_id: UUID, found: Sequence[Grant]) -> ReturnView:
    say = words(request)
    first = found[0]
    why = rules.why_kept(found, clock.now()) if first.spend_id else "money"
    stage = Return.offer if not why else Return.no
    if first.spend_id is not None and first.refunded_at is not None:
        stage = Return.done
    about = say("Rendre le film %(title)s", title=first.title)
    return ReturnView(
        path=HERE.format(grant_id=grant_id),
        stage=stage,
        deed=say(MANY if len(found) > 1 else ONE),
        titles=[each.title for each in found],
        coins=say.money(sum(each.coins for each in found), COIN),
        until=_until(found, say) if stage is Return.offer else "",
        why=say(WHY_NOT[why]) if stage is Return.no else "",
        is_money=why == "money",
        film_href=f"/films/{first.film_id}",
        contact=contact(request, about),
    )


def _until(found: Sequence[Grant], say: Language) -> str:
    soonest = min(each.refundable_until for each in found if each.refundable_until)
    text = "Possible jusqu’au %(moment)s, tant que rien n’est commencé."
    return say(text, moment=say.moment(soonest))
