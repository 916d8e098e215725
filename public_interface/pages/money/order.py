"""The page of one order, from choosing how to pay to what it gave; it survives closing."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from kit.contracts.payments.orders import Attempt, AttemptNew, MethodOffered, Methods, Order
from kit.errors import AppError
from kit.i18n import mark
from kit.site.filled import filled
from kit.site.session import MaybePerson
from kit.streams import until_stopped
from public_interface import rules
from public_interface.forms import PayForm
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.notices import SSE, opened
from public_interface.pages.account.sayings import said
from public_interface.pages.home import Catalog
from public_interface.pages.money import kept
from public_interface.pages.money.giving_back import hint
from public_interface.pages.money.order_view import Asked, order_view, settled
from public_interface.pages.money.till import Mine, MyOrder, not_too_often, show
from public_interface.pages.visitor import VisitorDep
from public_interface.rules import Stage

router = APIRouter()
HERE = "/orders/{order_id}"
WHICH = mark("Vérifiez ce numéro, ou choisissez comment payer : il ne dit pas son opérateur.")
NUMBER = mark("Écrivez le numéro qui paie.")


@router.get(HERE)
async def order(
    request: Request,
    mine: MyOrder,
    catalog: Catalog,
    visitor: VisitorDep,
    person: MaybePerson,
    fragment: Annotated[bool, Query()] = False,
) -> Response:
    """Show how far it is. Who comes back from a provider's page finds it asked anew: what the
    address says of the payment is not believed.
    """
    found = await mine.orders.order(mine.id, mine.secret)
    if rules.stage(found) is Stage.wait and request.headers.get("sec-fetch-site") == "cross-site":
        found = await _asked(mine) or found
    view = await order_view(request, mine, catalog, found, remembered(request), person)
    view = view.model_copy(update={"giving_back": await hint(mine, found, words(request))})
    answer = show(request, "order_state" if fragment else "order", view)
    return await settled(request, answer, found, visitor, person)


@router.post(HERE + "/attempts")
async def pay(request: Request, mine: MyOrder, catalog: Catalog, person: MaybePerson) -> Response:
    """Begin to pay: on the phone that was named, or at the provider's own page."""
    say = words(request)
    typed = await filled(request, PayForm, say)
    found = await mine.orders.order(mine.id, mine.secret)
    asked = Asked(**{name: str(typed.values.get(name, "")) for name in ("phone", "country", "way")})
    form = typed.form
    if form is None:
        return await _again(request, mine, catalog, found, asked, typed.errors, person)
    try:
        await not_too_often(request, "pay")
        offered = await mine.orders.methods(
            found.amount, found.currency, form.country, form.phone or None
        )
        chosen = _chosen(offered, form)
        if chosen is None or (chosen.needs_phone and not form.phone):
            wrong = {"phone": say(WHICH if form.phone else NUMBER)}
            return await _again(request, mine, catalog, found, asked, wrong, person)
        paid = await mine.orders.pay(
            mine.id, _attempt(chosen, offered, form), form.key, mine.secret
        )
    except AppError as error:
        field = "phone" if type(error).__name__ == "WrongPhone" else "way"
        wrong = {field: said(error, say)}
        return await _again(request, mine, catalog, found, asked, wrong, person, error.status)
    answer = back(request, _onward(mine, rules.last_attempt(paid)))
    if chosen.needs_phone:
        kept.keep_number(request, answer, (offered.phone or form.phone) if form.is_kept else "")
    return answer


@router.post(HERE + "/ways")
async def ways(request: Request, mine: MyOrder, catalog: Catalog, person: MaybePerson) -> Response:
    """Return the list of ways for the number that is being typed."""
    typed = await filled(request, PayForm, words(request))
    found = await mine.orders.order(mine.id, mine.secret)
    asked = Asked(**{name: str(typed.values.get(name, "")) for name in ("phone", "country")})
    return show(request, "ways", await order_view(request, mine, catalog, found, asked, person))


@router.get(HERE + "/door")
async def door(request: Request, mine: MyOrder, catalog: Catalog, person: MaybePerson) -> Response:
    """Lead on to the provider's page; a form may not, by our own policy."""
    found = await mine.orders.order(mine.id, mine.secret)
    view = await order_view(request, mine, catalog, found, Asked(), person)
    return show(request, "door", view) if view.go_href else back(request, mine.path)


@router.post(HERE + "/look")
async def look(request: Request, mine: MyOrder) -> Response:
    await _asked(mine)
    return back(request, mine.path)


@router.post(HERE + "/cancellation")
async def cancel(request: Request, mine: MyOrder) -> Response:
    try:
        await mine.orders.cancel_order(mine.id, mine.secret)
    except AppError as error:
        return back(request, mine.path, said(error, words(request)), "danger")
    return back(request, mine.path, mark("Cette commande est annulée."), "info")


@router.get(HERE + "/stream")
async def stream(request: Request, mine: MyOrder) -> Response:
    """Pass on what becomes of the order, as it becomes."""
    events = await opened(mine.orders.order_stream(mine.id, mine.secret))
    return StreamingResponse(
        until_stopped(request.app, events), media_type="text/event-stream", headers=SSE
    )


def remembered(request: Request) -> Asked:
    """Return the number that paid here last, or the country where one probably is."""
    number = kept.number(request)
    country = rules.country_of(number) or request.app.state.settings.country
    return Asked(phone=number, country=country)


async def _asked(mine: Mine) -> Order | None:
    """Have the provider asked; when that fails the order's page says what is known."""
    try:
        return await mine.orders.look(mine.id, mine.secret)
    except AppError:
        return None


def _chosen(offered: Methods, form: PayForm) -> MethodOffered | None:
    """Return the way that was chosen, else the operator that the number says."""
    provider, _, method = form.way.partition(":")
    wanted = [each for each in offered.items if (each.provider, each.method) == (provider, method)]
    said_by_number = [each for each in offered.items if each.is_predicted and form.phone]
    return next(iter(wanted if form.way else said_by_number), None)


def _attempt(chosen: MethodOffered, offered: Methods, form: PayForm) -> AttemptNew:
    return AttemptNew(
        provider=chosen.provider,
        method=chosen.method,
        phone=(offered.phone or form.phone) if chosen.needs_phone else None,
        country=chosen.country or offered.country or form.country,
    )


def _onward(mine: Mine, attempt: Attempt | None) -> str:
    """Return where the payer goes on: the provider's page by way of our door, or back here."""
    goes_on = attempt is not None and attempt.redirect_url
    return f"{mine.path}/door" if goes_on else mine.path


async def _again(
    request: Request,
    mine: Mine,
    catalog: Catalog,
    found: Order,
    asked: Asked,
    errors: dict[str, str],
    person: MaybePerson,
    status: int = 422,
) -> Response:
    view = await order_view(request, mine, catalog, found, asked, person)
    return show(request, "order", view.model_copy(update={"errors": errors}), status)
