"""Coins that come into a wallet, and that go out of it without being spent."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from payments_service.models.coins import CoinKind, CoinLot
from payments_service.models.findings import FindingKind
from payments_service.models.orders import Order
from payments_service.queries import coins as queries
from payments_service.queries import findings, ledger
from payments_service.rules import accounts
from payments_service.rules import coins as rules
from payments_service.rules.accounts import Account
from payments_service.rules.coins import Lot, Taken
from payments_service.rules.invariants import Found
from payments_service.rules.journals import journal, move, reversed_legs

AGAIN = timedelta(days=7)  # coins that come back can be spent at least so long


@dataclass(frozen=True, slots=True)
class Coming:
    """Coins for an account, once for a `key`. `value`: the money that is owed for the bought ones.

    `expires_at` is of the granted ones. `kind`: one of rules.coins, for the wallet's history.
    """

    account_id: UUID
    key: str
    source: str
    title: str
    bought: int = 0
    granted: int = 0
    value: int = 0
    currency: str = ""
    expires_at: datetime | None = None
    order_id: UUID | None = None
    kind: str = rules.BOUGHT


async def issue(session: AsyncSession, coming: Coming) -> bool:
    """Put coins into a wallet; return False when they came before.

    Their money has to be in `coins_owed` already: whoever posts it calls this.
    """
    parts = [(CoinKind.bought, coming.bought), (CoinKind.granted, coming.granted)]
    legs = [
        leg for kind, count in parts for leg in rules.issued_legs(coming.account_id, kind, count)
    ]
    made = journal(
        f"coins:{coming.key}",
        coming.kind,
        legs,
        source=coming.source,
        description=coming.title,
        details={"account_id": str(coming.account_id)},
    )
    (posted,) = await ledger.post_many(session, [made])
    if posted.outcome == "replayed":
        return False
    if posted.outcome != "posted":
        raise ledger.REFUSALS[posted.outcome](account=posted.account)
    session.add_all(_lot(coming, kind, count) for kind, count in parts if count)
    await session.flush()
    return True


def _lot(coming: Coming, kind: CoinKind, count: int) -> CoinLot:
    is_bought = kind is CoinKind.bought
    return CoinLot(
        key=f"{coming.key}:{kind}",
        account_id=coming.account_id,
        kind=kind,
        amount=count,
        remaining=count,
        value_amount=coming.value if is_bought else 0,
        value_currency=coming.currency if is_bought else "",
        expires_at=None if is_bought else coming.expires_at,
        order_id=coming.order_id,
        created_at=clock.now(),
    )


async def expire(session: AsyncSession, limit: int = 500) -> int:
    """Take out granted coins whose time is over; return how many lots there were."""
    found = await queries.expired_lots_for_update(session, clock.now(), limit)
    journals, taken = [], []
    for lot in found:
        one = _all_of(lot)
        at = int(lot.expires_at.timestamp()) if lot.expires_at else 0
        journals.append(
            journal(
                f"expired:{lot.id}:{at}",
                rules.EXPIRED,
                rules.spent_legs(lot.account_id, [one], "expired_coins"),
                source=f"lot/{lot.id}",
                details={"account_id": str(lot.account_id)},
            )
        )
        taken.append(one)
    if journals:
        posted = await ledger.post_many(session, journals)
        await _write(session, [one.journal_id for one in posted], taken)
    return len(found)


async def take_out(
    session: AsyncSession, order: Order, why: str, target: Callable[[str], Account]
) -> int:
    """Take out what is left of an order's coins, once for a `why`; return how many.

    The money still owed for them goes to `target` of its currency.
    """
    lots = await queries.lots_of_order_for_update(session, order.id)
    taken = [_all_of(lot) for lot in lots if lot.remaining]
    if not taken:
        return 0
    owner = lots[0].account_id
    legs = rules.gone_legs(owner, taken)
    for one in taken:
        if one.value:
            legs += move(target(one.currency), accounts.coins_owed(one.currency), one.value)
    made = journal(
        taken_key(order, why),
        rules.TAKEN_BACK,
        legs,
        source=f"order/{order.id}",
        description=order.title,
        details={"account_id": str(owner)},
    )
    await _write(session, [await ledger.post(session, made)] * len(taken), taken)
    return sum(one.amount for one in taken)


def taken_key(order: Order, why: str) -> str:
    return f"coins:order:{order.id}:{why}"


async def give_back(session: AsyncSession, spend_id: UUID, title: str, source: str) -> bool:
    """Undo a spend: its coins are in their lots again, its money is owed again. Once.

    Granted coins whose time is over get a week.
    """
    used = await queries.used_lots_for_update(session, spend_id)
    back_again = reversed_legs(await queries.legs(session, spend_id))
    made = journal(
        f"spend:{spend_id}:refunded",
        rules.REFUNDED,
        back_again,
        source=source,
        description=title,
        reverses_id=spend_id,
    )
    (back,) = await ledger.post_many(session, [made])
    if back.outcome != "posted":
        return False
    owner = used[0][0].account_id
    if moved := rules.to_owner(owner, back_again):  # two accounts became one since
        key = f"spend:{spend_id}:refunded:merged"
        await ledger.post(session, journal(key, "merge", moved, source=f"account/{owner}"))
    at = clock.now()
    for lot, use in used:
        lot.remaining += use.amount
        lot.value_amount += use.value
        if lot.expires_at is not None:
            lot.expires_at = max(lot.expires_at, at + AGAIN)
    await session.flush()
    return True


async def check(session: AsyncSession) -> None:
    """Note where lots and ledger differ: of coins, or of the money owed for them."""
    found = [
        Found(FindingKind.coin_lots, code, {"lots": here, "ledger": there})
        for code, here, there in await queries.off_lots(session)
    ]
    await findings.note(session, {FindingKind.coin_lots}, found, clock.now())


def _all_of(lot: CoinLot) -> Taken:
    whole = Lot(lot.id, lot.kind, lot.remaining, lot.value_amount, lot.value_currency)
    return rules.take([whole], lot.remaining)[0]


async def _write(
    session: AsyncSession, journals: Sequence[UUID | None], taken: Sequence[Taken]
) -> None:
    await queries.write_uses(
        session, [(made, one) for made, one in zip(journals, taken, strict=True) if made]
    )
