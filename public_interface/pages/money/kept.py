"""What a browser keeps about payments: the orders made there, and the number that paid last.

The secrets of orders made without an account are in an httpOnly cookie that only pages under
`/orders` are sent; another one lets a film's page find the payment for it that is under way.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request, Response

from public_interface.pages.visitor import DAY

ORDERS, PAYING, NUMBER = "orders", "paying", "pay_number"
MOST_ORDERS = 12
ORDERS_SECONDS, PAYING_SECONDS, NUMBER_SECONDS = 90 * DAY, 2 * DAY, 365 * DAY
BETWEEN, WITHIN = "~", "."


@dataclass(frozen=True)
class Kept:
    """An order made in this browser; `secret` is empty when it is an account's."""

    order_id: UUID
    secret: str = ""


def orders(request: Request) -> list[Kept]:
    """Return the orders made here without an account, newest first."""
    whole = request.cookies.get(ORDERS, "")[:3000]
    return [found for entry in whole.split(BETWEEN) if (found := _kept(entry))]


def secret_of(request: Request, order_id: UUID) -> str:
    """Return the secret that this browser keeps of an order; empty when it keeps none."""
    return next((each.secret for each in orders(request) if each.order_id == order_id), "")


def paying_for(request: Request, subject: str) -> Kept | None:
    """Return the order for this film that is being paid in this browser."""
    what, _, entry = request.cookies.get(PAYING, "")[:300].partition(WITHIN)
    return _kept(entry) if what == subject else None


def keep_order(request: Request, answer: Response, kept: Kept, subject: str = "") -> None:
    """Keep a new order, newest first; the oldest fall out."""
    entry = f"{kept.order_id}{WITHIN}{kept.secret}"
    if kept.secret:
        others = [each for each in orders(request) if each.order_id != kept.order_id]
        mine = _text([kept, *others][:MOST_ORDERS])
        _set(request, answer, ORDERS, mine, ORDERS_SECONDS, "/orders")
    if subject:
        paying = f"{subject}{WITHIN}{entry}"
        _set(request, answer, PAYING, paying, PAYING_SECONDS, "/films")


def forget_paying(answer: Response) -> None:
    """Forget what was under way: it has ended, and the film's page sees it for itself."""
    answer.delete_cookie(PAYING, path="/films")


def number(request: Request) -> str:
    return request.cookies.get(NUMBER, "")[:20]


def keep_number(request: Request, answer: Response, typed: str) -> None:
    """Keep the number that pays; an empty one is forgotten."""
    if typed:
        _set(request, answer, NUMBER, typed, NUMBER_SECONDS, "/")
    else:
        answer.delete_cookie(NUMBER)


def _kept(entry: str) -> Kept | None:
    order_id, _, secret = entry.partition(WITHIN)
    try:
        return Kept(UUID(order_id), secret)
    except ValueError:
        return None


def _text(kept: Iterable[Kept]) -> str:
    return BETWEEN.join(f"{each.order_id}{WITHIN}{each.secret}" for each in kept)


def _set(request: Request, answer: Response, name: str, value: str, age: int, path: str) -> None:
    secure = request.app.state.settings.is_secure
    answer.set_cookie(
        name, value, max_age=age, path=path, httponly=True, samesite="lax", secure=secure
    )
