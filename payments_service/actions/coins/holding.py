"""Coins of an order whose money is on its way back: out of the wallet until that is known."""

from sqlalchemy.ext.asyncio import AsyncSession

from payments_service.actions.coins import lots
from payments_service.models.orders import Order
from payments_service.queries import ledger
from payments_service.rules import coins as rules
from payments_service.rules.accounts import Account, expense, returning
from payments_service.rules.journals import Leg, journal, move


async def hold(session: AsyncSession, order: Order) -> None:
    """Take out what is left of an order's coins; the money owed for them waits."""
    await lots.take_out(session, order, _why(order), returning)


async def release(session: AsyncSession, order: Order) -> None:
    """Put back what was held, as it was."""
    held = await ledger.id_of_key(session, lots.taken_key(order, _why(order)))
    if held is not None:
        await lots.give_back(session, held, order.title, f"order/{order.id}")


async def take_back(session: AsyncSession, order: Order) -> None:
    """Take out what is left, held or not: its money goes to where the refund is."""
    turn = f":{order.turn}" if order.turn else ""
    await lots.take_out(session, order, f"taken_back{turn}", _refunds)
    key = lots.taken_key(order, _why(order))
    held = await ledger.id_of_key(session, key) if order.held_at else None
    legs: list[Leg] = []
    for account, amount in await ledger.legs(session, held) if held else []:
        if account == returning(account.currency):
            legs += move(_refunds(account.currency), account, -amount)
    if legs:
        made = journal(f"{key}:kept", "returned", legs, source=f"order/{order.id}")
        await ledger.post(session, made)


async def give_again(session: AsyncSession, order: Order) -> None:
    """Put back what was taken out for good, each time once."""
    source = f"order/{order.id}"
    for journal_id, key in await ledger.unreversed(session, source, rules.TAKEN_BACK):
        if kept := await ledger.id_of_key(session, f"{key}:kept"):
            await ledger.reverse(session, kept)
        await lots.give_back(session, journal_id, order.title, source)


def _refunds(currency: str) -> Account:
    return expense("refunds", currency)


def _why(order: Order) -> str:
    return f"held:{order.held_at.isoformat()}" if order.held_at else ""
