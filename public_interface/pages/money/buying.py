"""Beginning an order: one form, one press; the order's own page asks how to pay."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.auth import Caller
from kit.contracts.payments.errors import NeedsAccount, OwnedAlready, OwnFilm
from kit.contracts.payments.orders import OrderKind, OrderMade, OrderNew
from kit.errors import AppError
from kit.i18n import mark
from kit.site.choices import choices
from kit.site.filled import filled
from kit.site.session import MaybePerson
from public_interface import rules
from public_interface.forms import OrderForm
from public_interface.pages.account.frame import back, words
from public_interface.pages.account.sayings import said
from public_interface.pages.money import kept
from public_interface.pages.money.till import Orders, not_too_often

router = APIRouter()
NEXT = "pay_next"
HERE = "/orders"
OF_ONE_FILM = frozenset({OrderKind.film, OrderKind.rental})


@router.post(HERE)
async def buy(request: Request, orders: Orders, person: MaybePerson) -> Response:
    """Make the order and show it; whoever has it already is sent to what they have."""
    typed = await filled(request, OrderForm, words(request))
    form = typed.form
    if form is None:
        return back(request, "/", mark("Cette commande est illisible. Recommencez."), "danger")
    goal = rules.safe_path(form.next)
    new = OrderNew(
        kind=form.kind,
        subject=form.subject,
        coupon_code=form.coupon or None,
        country=country_of(request),
        locale="en" if choices(request).language == "en" else "fr",
        options=form.options,
    )
    try:
        await not_too_often(request, "order")
        made = await orders.make_order(new, form.key)
    except AppError as error:
        return refused(request, error, goal, person)
    return begun(request, made, goal)


@router.get(HERE + "/{order_id}/with/{secret}")
async def with_secret(request: Request, order_id: UUID, secret: str) -> Response:
    """Take a payer from a mail to the order's page: nothing is paid by looking."""
    answer = back(request, f"/orders/{order_id}")
    if rules.is_secret(secret):
        kept.keep_order(request, answer, kept.Kept(order_id, secret))
    return answer


def begun(request: Request, made: OrderMade, goal: str = "") -> Response:
    """Keep a new order in this browser, and go to its page."""
    answer = back(request, f"{HERE}/{made.id}")
    subject = made.subject if made.kind in OF_ONE_FILM else ""
    kept.keep_order(request, answer, kept.Kept(made.id, made.secret or ""), subject)
    if goal:
        secure = request.app.state.settings.is_secure
        answer.set_cookie(
            NEXT, f"{made.id}:{goal}", max_age=kept.PAYING_SECONDS, path=HERE,
            httponly=True, samesite="lax", secure=secure,
        )  # fmt: skip
    return answer


def goal_of(request: Request, order_id: object) -> str:
    """Return the page to go back to once this order is paid, if it began on one."""
    whose, _, path = request.cookies.get(NEXT, "")[:300].partition(":")
    return rules.safe_path(path) if whose == str(order_id) else ""


def refused(request: Request, error: AppError, goal: str, person: Caller | None) -> Response:
    if isinstance(error, NeedsAccount) and person is None:
        return back(request, f"/sign-in{rules.going_to(goal)}")
    is_theirs = isinstance(error, OwnedAlready | OwnFilm)
    return back(
        request, goal or "/", said(error, words(request)), "info" if is_theirs else "danger"
    )


def country_of(request: Request) -> str | None:
    """Return the country of the number that paid here last."""
    return rules.country_of(kept.number(request))
