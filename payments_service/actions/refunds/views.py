"""Whose views tell that what was bought was watched."""

from kit.auth import derive_key
from payments_service.actions.tools import Tools
from payments_service.models.orders import Order
from payments_service.rules.viewers import viewer_hash

PURPOSE = "counted-views"


def hashed(tools: Tools, viewer: str) -> str:
    return viewer_hash(derive_key(tools.secret, PURPOSE), viewer)


def viewers_of(tools: Tools, order: Order) -> list[str]:
    """Return the buyer as views know them; nobody, for an order without an account."""
    return [hashed(tools, str(order.account_id))] if order.account_id else []
