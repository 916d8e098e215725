"""What people were told: every delivery and its tries, sent again if it failed, and the outbox."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, letter_headers, next_page, show, words
from admin_interface.pages.staff import acting
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import (
    Delivery,
    DeliveryCount,
    DeliveryQuery,
    DeliveryState,
    DeliverySummary,
    Mail,
    MailSummary,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Publisher = Annotated[PublisherClient, acting(PublisherClient)]
SAYINGS = {
    "Mistyped": mark("Une des valeurs n’est pas acceptée ; corrigez-la, puis recommencez."),
    "DeliveryUnderWay": mark("Cet envoi est encore en route : attendez qu’il soit fini."),
    "ValuesForgotten": mark(
        "Son lien à usage unique a été oublié après l’envoi : il faut en demander un nouveau."
    ),
    "UnknownPlaceholder": mark("Ce message n’a pas cette valeur : voyez la liste à côté."),
    "Forbidden": mark("Votre rôle ne permet pas cela."),
    "Unavailable": mark("Le service des messages ne répond pas. Réessayez dans un moment."),
}
OTHERWISE = mark("Le service des messages a refusé : %(why)s")
WORTH_A_LOOK = ("failed", "unsure", "bounced")
AGAIN = frozenset({DeliveryState.failed, DeliveryState.unsure, DeliveryState.bounced,
                   DeliveryState.sent})  # fmt: skip


class DeliveriesView(Schema):
    deliveries: list[DeliverySummary]
    counts: dict[str, int]
    titles: dict[str, str]
    next: str
    chosen: dict[str, str]


class DeliveryView(Schema):
    delivery: Delivery
    title: str
    may_send_again: bool


class MailsView(Schema):
    mails: list[MailSummary]
    titles: dict[str, str]
    next: str


class MailView(Schema):
    mail: Mail
    title: str


@router.get("/notices")
async def deliveries(
    request: Request,
    publisher: Publisher,
    state: str = "",
    channel: str = "",
    kind: str = "",
    account: str = "",
    cursor: str | None = None,
) -> Response:
    chosen = {"state": state, "channel": channel, "kind": kind, "account": account}
    wish = {"state": state, "channel": channel, "kind": kind, "account_id": account}
    filters = checked(DeliveryQuery, {name: value or None for name, value in wish.items()})
    page = await publisher.deliveries(filters, cursor)
    view = DeliveriesView(
        deliveries=page.items,
        counts=_by_state((await publisher.delivery_counts()).items),
        titles=await titles(request, publisher),
        next=next_page(request, page.next_cursor),
        chosen=chosen,
    )
    return show(request, "pages/notices.html", view)


@router.get("/notices/deliveries/{delivery_id}")
async def delivery_page(request: Request, delivery_id: UUID, publisher: Publisher) -> Response:
    delivery = await publisher.delivery(delivery_id)
    view = DeliveryView(
        delivery=delivery,
        title=(await titles(request, publisher)).get(delivery.kind, delivery.kind),
        may_send_again=delivery.state in AGAIN,
    )
    return show(request, "pages/delivery.html", view)


@router.post("/notices/deliveries/{delivery_id}/retries")
async def send_again(request: Request, delivery_id: UUID, publisher: Publisher) -> Response:
    here = f"/notices/deliveries/{delivery_id}"
    try:
        await publisher.send_again(delivery_id)
    except AppError as error:
        return back(request, here, saying(request, error), "danger")
    return back(request, here, mark("L’envoi reprend."))


@router.get("/notices/mails")
async def mails(request: Request, publisher: Publisher, cursor: str | None = None) -> Response:
    page = await publisher.mails(cursor)
    view = MailsView(
        mails=page.items,
        titles=await titles(request, publisher),
        next=next_page(request, page.next_cursor),
    )
    return show(request, "pages/mails.html", view)


@router.get("/notices/mails/{mail_id}")
async def mail_page(request: Request, mail_id: UUID, publisher: Publisher) -> Response:
    mail = await publisher.mail(mail_id)
    view = MailView(mail=mail, title=(await titles(request, publisher)).get(mail.kind, mail.kind))
    return show(request, "pages/mail.html", view, headers=letter_headers(request))


async def titles(request: Request, publisher: PublisherClient) -> dict[str, str]:
    """Return what each kind of notice is called, in the language of whoever reads."""
    kinds = await publisher.kinds(words(request).code)
    return {kind.kind: kind.title for kind in kinds.items}


def _by_state(counts: list[DeliveryCount]) -> dict[str, int]:
    found = {state.value: 0 for state in DeliveryState}
    for each in counts:
        found[each.state.value] += each.count
    return found


def saying(request: Request, error: AppError) -> str:
    say = words(request)
    found = SAYINGS.get(type(error).__name__)
    return say(found) if found else say(OTHERWISE, why=error.detail)
