"""Which coins go first, what they were worth, and what that is in the books."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from kit.contracts.payments.coins import MovementKind
from kit.contracts.payments.shop_errors import (
    NotEnoughCoins,
)
from payments_service.models.coins import CoinKind
from payments_service.rules import accounts, taxes
from payments_service.rules.journals import Leg, move

NEVER = datetime.max.replace(tzinfo=UTC)
# Journals by which coins move, and what they are called in a wallet's history.
BOUGHT, BONUS, SPENT = "coins_bought", "coins_bonus", "coins_spent"
REFUNDED, GIVEN = "coins_refunded", "coins_given"
EXPIRED, TAKEN_BACK = "coins_expired", "coins_taken_back"
MOVEMENTS: Mapping[str, MovementKind] = {
    BOUGHT: MovementKind.bought,
    BONUS: MovementKind.bonus,
    SPENT: MovementKind.spent,
    REFUNDED: MovementKind.refunded,
    EXPIRED: MovementKind.expired,
    TAKEN_BACK: MovementKind.taken_back,
}


@dataclass(slots=True)
class Lot:
    """What is left of coins that came together; `value`: the money still owed for them."""

    id: UUID
    kind: CoinKind
    remaining: int
    value: int = 0
    currency: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Coins taken from one lot, and the money that is no longer owed for them."""

    lot_id: UUID
    kind: CoinKind
    amount: int
    value: int
    currency: str


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """Return lots as they are spent: granted before bought, soonest expiry, then oldest first."""
    return sorted(
        lots,
        key=lambda lot: (lot.kind != CoinKind.granted, lot.expires_at or NEVER, lot.id),
    )


def take(lots: Sequence[Lot], amount: int) -> list[Taken]:
    """Take coins from lots, in the order they are in; raise NotEnoughCoins and take nothing."""
    balance = sum(lot.remaining for lot in lots)
    if balance < amount:
        raise NotEnoughCoins(balance=balance, missing=amount - balance)
    taken = []
    for lot in lots:
        count = min(lot.remaining, amount)
        if count:
            taken.append(_taken(lot, count))
            amount -= count
        if not amount:
            break
    return taken


def _taken(lot: Lot, count: int) -> Taken:
    """Take from one lot: its value goes along in proportion, the last coin takes the rest."""
    value = lot.value * count // lot.remaining
    lot.remaining -= count
    lot.value -= value
    return Taken(lot.id, lot.kind, count, value, lot.currency)


def spent_legs(
    account_id: UUID, taken: Sequence[Taken], what: str, tax_percent: str = "0"
) -> list[Leg]:
    """Return the legs of coins that are spent: they are gone, and their money is income.

    A part of it is tax: of coins, tax is due when they are spent.
    """
    legs = gone_legs(account_id, taken)
    for currency in sorted({one.currency for one in taken if one.value}):
        value = sum(one.value for one in taken if one.currency == currency)
        earned = move(accounts.income(what, currency), accounts.coins_owed(currency), value)
        legs += taxes.set_apart(earned, taxes.tax_within(value, tax_percent), currency)
    return legs


def gone_legs(account_id: UUID, taken: Sequence[Taken]) -> list[Leg]:
    """Return the legs of coins that cease to be, without the money they were worth."""
    return [
        leg
        for one in taken
        for leg in move(accounts.coins_issued(), wallet(account_id, one.kind), one.amount)
    ]


def issued_legs(account_id: UUID, kind: CoinKind, amount: int) -> list[Leg]:
    return move(wallet(account_id, kind), accounts.coins_issued(), amount)


def to_owner(account_id: UUID, legs: Iterable[Leg]) -> list[Leg]:
    """Return what brings coins that these legs put into another wallet to this account's."""
    found: list[Leg] = []
    for account, amount in legs:
        for kind in CoinKind:
            mine = wallet(account_id, kind)
            is_wallet = account.code.startswith("liability:wallet:")
            if is_wallet and account.code.endswith(f":{kind}:COIN") and account != mine:
                found += move(mine, account, -amount)
    return found


def wallet(account_id: UUID, kind: CoinKind) -> accounts.Account:
    if kind == CoinKind.granted:
        return accounts.granted_coins(account_id)
    return accounts.bought_coins(account_id)


def movement_kind(journal_kind: str, amount: int) -> MovementKind:
    """Return what a wallet's history calls a journal that changed it by so much."""
    if journal_kind == GIVEN:
        return MovementKind.gift_received if amount > 0 else MovementKind.gift_sent
    return MOVEMENTS.get(journal_kind, MovementKind.other)


def has_fallen(before: int, after: int, low: int) -> bool:
    """Say whether a wallet fell below what is low: true once for each fall."""
    return before >= low > after
