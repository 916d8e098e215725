"""Selling packs of coins: the order of kind `coins`, its subject the pack."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller
from kit.contracts.payments.errors import NeedsAccount, NotForSale
from kit.contracts.payments.orders import OrderNew
from payments_service.actions.coins import holding, lots, packs
from payments_service.actions.orders.seeing import account_of
from payments_service.actions.orders.sellers import Quote
from payments_service.actions.tools import Tools
from payments_service.models.coins import Pack
from payments_service.models.orders import Order
from payments_service.queries import coins, promotions
from payments_service.queries import packs as queries
from payments_service.rules.accounts import coins_owed
from payments_service.rules.ids import uuid_in
from payments_service.rules.journals import Leg
from payments_service.rules.packs import Priced, priced


class CoinSeller:
    """The money is owed until the coins are spent; `options.code` may bring more coins."""

    async def quote(
        self, session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller
    ) -> Quote:
        """Return the price of a pack; raise PackNotFound, NotForSale, NeedsAccount."""
        account_id = account_of(caller)
        if account_id is None:
            raise NeedsAccount
        pack_id = uuid_in(asked.subject)
        if pack_id is None:
            raise NotForSale
        pack = await queries.pack(session, pack_id)
        if not pack.is_on_sale:
            raise NotForSale
        own = await promotions.price_in(session, packs.KIND, asked.subject, asked.country)
        amount, currency = (own.amount, own.currency) if own else (pack.amount, pack.currency)
        code = str(asked.options.get("code") or "")
        buyer = await packs.buyer(session, account_id, code)
        return _quote(tools, asked, pack, priced(pack, amount, currency, buyer))

    def credits(self, order: Order) -> list[Leg]:
        return [(coins_owed(order.currency), -order.amount)] if order.amount else []

    async def fulfil(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Put the coins into the wallet; the first-purchase bonus counts for one order alone."""
        if order.account_id is None:
            raise NeedsAccount
        await coins.lock_wallet(session, order.account_id)
        if await coins.is_lot(session, f"order:{order.id}:bought"):
            return
        details = order.details
        bonus = int(details["bonus"])
        first = int(details["first"])
        if first and await coins.has_bought(session, order.account_id):
            bonus -= first
        coming = lots.Coming(
            account_id=order.account_id,
            key=f"order:{order.id}",
            source=f"order/{order.id}",
            title=order.title,
            bought=int(details["coins"]),
            granted=bonus,
            value=order.amount,
            currency=order.currency,
            expires_at=_expiry(order),
            order_id=order.id,
        )
        await lots.issue(session, coming)
        order.given = {"coins": coming.bought, "bonus": coming.granted}

    async def take_back(
        self, session: AsyncSession, tools: Tools, order: Order, refunded: int
    ) -> None:
        """Take out the coins that are left, once the whole was refunded."""
        if refunded >= order.amount:
            await holding.take_back(session, order)

    async def hold(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Take out the coins that are left, so that nobody spends what is paid back."""
        await holding.hold(session, order)

    async def release(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await holding.release(session, order)

    async def give_again(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        await holding.give_again(session, order)

    async def lapse(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Nothing was kept for it."""


def _quote(tools: Tools, asked: OrderNew, pack: Pack, price: Priced) -> Quote:
    count = asked.quantity
    bought, bonus = pack.coins * count, price.bonus * count
    first = pack.first_coins if price.is_first else 0
    bonus -= first * (count - 1)  # the first pack is one
    words = {"fr": "pièces", "en": "coins"}[asked.locale]
    name = pack.name_fr if asked.locale == "fr" else pack.name_en or pack.name_fr
    details: dict[str, Any] = {
        "pack_id": str(pack.id),
        "coins": bought,
        "bonus": bonus,
        "first": first,
        "bonus_days": pack.bonus_days or tools.settings.bonus_days,
    }
    return Quote(
        title=f"{name} · {bought + bonus} {words}",
        list_amount=price.list_amount * count,
        currency=price.currency,
        discount_amount=(price.list_amount - price.amount) * count,
        needs_account=True,
        details=details,
    )


def _expiry(order: Order) -> datetime | None:
    days = int(order.details["bonus_days"])
    return (order.paid_at or order.created_at) + timedelta(days=days) if days else None
