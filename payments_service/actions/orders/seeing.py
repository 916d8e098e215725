"""Orders as their owners see them, and who that is."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller, Permission, derive_key, may
from kit.contracts.payments import orders as wire
from kit.contracts.payments.errors import OrderNotFound
from payments_service.actions.tools import Tools
from payments_service.models.orders import Attempt, Order
from payments_service.queries import orders
from payments_service.rules.attempts import masked
from payments_service.rules.orders import holds, secret_of

SECRET_PURPOSE = "order-secret"  # noqa: S105  (what a key is derived for)


def account_of(caller: Caller) -> UUID | None:
    """Return the account that somebody buys with; None without one."""
    return UUID(caller.id) if caller.kind == "person" else None


def is_staff(caller: Caller, permission: Permission) -> bool:
    """Say whether somebody may see or do this with what is other people's.

    A service alone may not: the portal speaks as one for visitors without an account, and would
    else show each of them everybody's papers. Staff come through the dashboard with a token.
    """
    return caller.kind != "service" and may(caller, permission)


async def seen(session: AsyncSession, caller: Caller, order_id: UUID, secret: str = "") -> Order:
    """Return an order of this caller's; raise OrderNotFound for anybody else's."""
    order = await orders.order(session, order_id)
    check_owner(order, caller, secret)
    return order


def check_owner(order: Order, caller: Caller, secret: str) -> None:
    """Raise OrderNotFound unless it is theirs. Services are nobody: they show a secret as well."""
    is_theirs = order.account_id is not None and order.account_id == account_of(caller)
    if not is_theirs and not holds(secret, order.secret_hash):
        raise OrderNotFound


def secret(tools: Tools, order: Order) -> str | None:
    """Return what shows an order without an account to whoever made it."""
    if order.account_id is not None:
        return None
    return secret_of(derive_key(tools.secret, SECRET_PURPOSE), order.id)


def shown(order: Order) -> wire.Order:
    return wire.Order.model_validate(_fields(order))


def made(tools: Tools, order: Order) -> wire.OrderMade:
    return wire.OrderMade.model_validate({**_fields(order), "secret": secret(tools, order)})


def shown_attempt(attempt: Attempt) -> wire.Attempt:
    plain = {name: getattr(attempt, name) for name in wire.Attempt.model_fields}
    return wire.Attempt.model_validate({**plain, "phone": masked(attempt.phone)})


def _fields(order: Order) -> dict[str, object]:
    plain = {name: getattr(order, name) for name in _PLAIN}
    return {**plain, "attempts": _in_order(order.attempts)}


def _in_order(found: Sequence[Attempt]) -> list[wire.Attempt]:
    return [shown_attempt(each) for each in sorted(found, key=lambda each: each.id)]


_PLAIN = [name for name in wire.Order.model_fields if name != "attempts"]
