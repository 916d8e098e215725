"""Selling gift cards: the order of kind `gift_card`, its subject the amount.

Its money is owed until the card is used; tax is for what is bought with it.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import Caller, seal
from kit.clock import now
from kit.contracts.payments.errors import GiftCardNotFound, NotForSale
from kit.contracts.payments.orders import OrderNew
from kit.contracts.payments.vouchers import GiftCard, GiftCardOptions, VoucherKind, VoucherState
from kit.db import new_id
from kit.events import NOTICE, notify
from kit.i18n import Language
from payments_service.actions.orders.sellers import Quote
from payments_service.actions.tools import Tools
from payments_service.actions.vouchers import codes
from payments_service.models.orders import Order
from payments_service.models.vouchers import Voucher
from payments_service.queries import ledger, vouchers
from payments_service.rules import accounts
from payments_service.rules.journals import Leg, journal, move
from payments_service.rules.vouchers import VOUCHER_LENGTH, drawn, written

TITLES = {"fr": "Carte cadeau de", "en": "Gift card of"}
LANGUAGES = {code: Language(code) for code in TITLES}


class GiftCardSeller:
    async def quote(
        self, session: AsyncSession, tools: Tools, asked: OrderNew, caller: Caller
    ) -> Quote:
        amount = int(asked.subject) if asked.subject.isascii() and asked.subject.isdigit() else 0
        least, most = tools.settings.gift_card_least, tools.settings.gift_card_most
        if asked.quantity != 1 or not least <= amount <= most:
            raise NotForSale
        currency = tools.settings.currency
        money = LANGUAGES[asked.locale].money(amount, currency)
        return Quote(
            title=f"{TITLES[asked.locale]} {money}",
            list_amount=amount,
            currency=currency,
            details=_options(asked.options).model_dump(),
        )

    def credits(self, order: Order) -> list[Leg]:
        return [(accounts.gift_cards(order.currency), -order.amount)]

    async def fulfil(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        if await vouchers.of_order(session, order.id) is not None:
            return
        code = drawn(VOUCHER_LENGTH)
        row = _card(tools, order, code)
        session.add(row)
        await session.flush()
        order.given = {"gift_card": str(row.id), "amount": row.amount}
        if order.details.get("to_email"):
            await _tell(session, tools, order, code)

    async def take_back(
        self, session: AsyncSession, tools: Tools, order: Order, refunded: int
    ) -> None:
        """Take what is left on the card, once the whole was refunded."""
        row = await vouchers.of_order_for_update(session, order.id)
        if refunded < order.amount or row is None:
            return
        refunds = accounts.expense("refunds", row.currency)
        turn = f":{order.turn}" if order.turn else ""
        await _empty(session, order, row, f"voucher:{row.id}:taken_back{turn}", refunds)
        held = await _held(session, order, row)
        if held:
            legs = move(refunds, accounts.returning(row.currency), held)
            made = journal(f"{_hold_key(order, row)}:kept", "returned", legs, source=_from(order))
            await ledger.post(session, made)

    async def hold(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Take what is left on the card, so that nobody uses what is paid back."""
        row = await vouchers.of_order_for_update(session, order.id)
        if row is not None:
            returning = accounts.returning(row.currency)
            await _empty(session, order, row, _hold_key(order, row), returning)

    async def release(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Put on the card again what was on it."""
        row = await vouchers.of_order_for_update(session, order.id)
        held = await _held(session, order, row) if row else 0
        if row is None or not held:
            return
        row.remaining, row.state = row.remaining + held, VoucherState.sold
        returning = accounts.returning(row.currency)
        legs = move(accounts.gift_cards(row.currency), returning, held)
        key = f"{_hold_key(order, row)}:back"
        await ledger.post(session, journal(key, "gift_card_back", legs, source=_from(order)))

    async def give_again(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Put on the card again what was taken off it for good."""
        row = await vouchers.of_order_for_update(session, order.id)
        taken = await ledger.unreversed(session, _from(order), "gift_card_taken_back")
        for journal_id, key in taken:
            if row is None or await ledger.id_of_key(session, f"{key}:back"):
                continue  # it was only held, and is back
            if kept := await ledger.id_of_key(session, f"{key}:kept"):
                await ledger.reverse(session, kept)
            legs = await ledger.legs(session, journal_id)
            await ledger.reverse(session, journal_id, "gift_card_back")
            row.remaining += sum(max(0, amount) for _, amount in legs)
            row.state = VoucherState.sold

    async def lapse(self, session: AsyncSession, tools: Tools, order: Order) -> None:
        """Nothing was kept for it."""


async def _empty(
    session: AsyncSession, order: Order, row: Voucher, key: str, target: accounts.Account
) -> None:
    """Take what is left on a card; its money goes to `target`."""
    if not row.remaining:
        return
    left, row.remaining, row.state = row.remaining, 0, VoucherState.revoked
    legs = move(target, accounts.gift_cards(row.currency), left)
    await ledger.post(session, journal(key, "gift_card_taken_back", legs, source=_from(order)))


async def _held(session: AsyncSession, order: Order, row: Voucher) -> int:
    """Return what is taken off a card while its order's money is on its way back."""
    made = await ledger.id_of_key(session, _hold_key(order, row)) if order.held_at else None
    legs = await ledger.legs(session, made) if made else []
    return -sum(amount for one, amount in legs if one == accounts.returning(row.currency))


def _hold_key(order: Order, row: Voucher) -> str:
    return f"voucher:{row.id}:held:{order.held_at.isoformat() if order.held_at else ''}"


def _from(order: Order) -> str:
    return f"order/{order.id}"


async def shown(session: AsyncSession, tools: Tools, order_id: UUID) -> GiftCard:
    """Return the card of an order as its buyer sees it; raise GiftCardNotFound."""
    row = await vouchers.of_order(session, order_id)
    if row is None:
        raise GiftCardNotFound
    return GiftCard(
        order_id=order_id,
        code=codes.opened(tools, row),
        amount=row.amount,
        remaining=row.remaining,
        currency=row.currency,
        state=row.state,
        expires_at=row.expires_at,
    )


def _options(given: dict[str, Any]) -> GiftCardOptions:
    try:
        return GiftCardOptions.model_validate(given)
    except ValidationError as error:
        raise NotForSale(errors=[str(one["loc"]) for one in error.errors()]) from error


def _card(tools: Tools, order: Order, code: str) -> Voucher:
    at = order.paid_at or now()
    days = tools.settings.gift_card_days
    return Voucher(
        id=new_id(), kind=VoucherKind.gift_card, batch_id=None, order_id=order.id, number=1,
        lookup=codes.lookup_of(tools, code), sealed=codes.sealed(tools, code),
        state=VoucherState.sold, amount=order.amount, remaining=order.amount,
        currency=order.currency, days=days, agency="", sold_at=at, sold_by="",
        expires_at=at + timedelta(days=days), created_at=now(),
    )  # fmt: skip


async def _tell(session: AsyncSession, tools: Tools, order: Order, code: str) -> None:
    """Send the card to whom it is for; its code is nobody else's to read."""
    locale = "en" if order.locale == "en" else "fr"
    values = {
        "giver": order.details.get("from_name") or tools.brand,
        "amount": LANGUAGES[locale].money(order.amount, order.currency),
        "message": order.details.get("message", ""),
    }
    secret = {"code": written(code), "link": f"{tools.home}/account/wallet"}
    await notify(
        session, "gift_card.received", order.details["to_email"], values, locale=locale,
        sealed=seal(tools.secret, NOTICE, secret),
    )  # fmt: skip
