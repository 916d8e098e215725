"""Coins given away: by one account to another, or by the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.accounts import AccountsClient
from kit.contracts.payments.coins import GiftNew, HouseGift
from kit.contracts.payments.shop_errors import (
    NoSuchReceiver,
    SpendKeyReused,
)
from kit.events import audit, notify
from payments_service.actions.coins.lots import Coming, issue
from payments_service.actions.tools import Tools
from payments_service.models.coins import CoinGift, CoinKind, CoinLot
from payments_service.queries import coins as queries
from payments_service.queries import ledger
from payments_service.rules import accounts
from payments_service.rules import coins as rules
from payments_service.rules.coins import Taken
from payments_service.rules.journals import journal, move


@dataclass(frozen=True, slots=True)
class Giving:
    """Who gives what to whom; `key` is the giver's own."""

    giver: Caller
    receiver_id: UUID
    amount: int
    message: str
    key: str

    @property
    def giver_id(self) -> UUID:
        return UUID(self.giver.id)

    @property
    def whole_key(self) -> str:
        return f"{self.giver_id}:{self.key}"

    @property
    def told(self) -> str:
        return f"{self.amount}:{self.receiver_id}:{self.message}"


async def receiver(tools: Tools, giver: Caller, new: GiftNew) -> UUID:
    """Return whose account is meant; raise NoSuchReceiver. No session is held meanwhile."""
    found = new.account_id
    if new.email is not None:
        client = tools.client(AccountsClient)
        wanted = new.email.strip().lower()
        known = await client.accounts(q=wanted)
        found = next((one.id for one in known.items if one.email.lower() == wanted), None)
    if found is None or str(found) == giver.id:
        raise NoSuchReceiver
    return found


async def give(session: AsyncSession, tools: Tools, giving: Giving) -> CoinGift:
    """Give bought coins, once for a key; raise NotEnoughCoins, SpendKeyReused.

    What is owed for them goes along. Granted coins stay: they are for who got them.
    """
    lots = await queries.lots_for_update(session, [giving.giver_id], clock.now())
    if known := await queries.gift(session, giving.whole_key):
        if known.asked != giving.told:
            raise SpendKeyReused
        return known
    mine = rules.in_order(lots[giving.giver_id])
    before = sum(lot.remaining for lot in mine)
    taken = rules.take([lot for lot in mine if lot.kind == CoinKind.bought], giving.amount)
    gift = await _post(session, giving, taken)
    await _tell(session, tools, giving, before)
    return gift


async def _post(session: AsyncSession, giving: Giving, taken: Sequence[Taken]) -> CoinGift:
    source = accounts.bought_coins(giving.receiver_id)
    target = accounts.bought_coins(giving.giver_id)
    made = journal(
        f"gift:{giving.whole_key}",
        rules.GIVEN,
        move(source, target, giving.amount),
        source=f"account/{giving.giver_id}",
        description=giving.message,
        details={"giver": str(giving.giver_id), "receiver": str(giving.receiver_id)},
    )
    journal_id = await ledger.post(session, made)
    await queries.write_uses(session, [(journal_id, one) for one in taken])
    session.add_all(
        _lot(giving, f"gift:{journal_id}:{number}", one) for number, one in enumerate(taken)
    )
    gift = CoinGift(
        id=journal_id,
        key=giving.whole_key,
        asked=giving.told,
        giver_id=giving.giver_id,
        receiver_id=giving.receiver_id,
        amount=giving.amount,
        message=giving.message,
        created_at=clock.now(),
    )
    session.add(gift)
    await session.flush()
    return gift


def _lot(giving: Giving, key: str, one: Taken) -> CoinLot:
    return CoinLot(
        key=key,
        account_id=giving.receiver_id,
        kind=CoinKind.bought,
        amount=one.amount,
        remaining=one.amount,
        value_amount=one.value,
        value_currency=one.currency,
        created_at=clock.now(),
    )


async def _tell(session: AsyncSession, tools: Tools, giving: Giving, before: int) -> None:
    link = f"{tools.home}/account/wallet"
    values = {
        "giver": giving.giver.name,
        "coins": giving.amount,
        "message": giving.message,
        "link": link,
    }
    await notify(session, "coins.gift", giving.receiver_id, values)
    left = before - giving.amount
    if rules.has_fallen(before, left, tools.settings.low_coins):
        await notify(session, "coins.low", giving.giver_id, {"coins": left, "link": link})


async def give_from_house(
    session: AsyncSession, tools: Tools, caller: Caller, new: HouseGift, key: str
) -> bool:
    """Give granted coins, once for a key; return whether it was done now."""
    is_new = await issue(
        session,
        Coming(
            account_id=new.account_id,
            key=f"house:{key}",
            source=f"house/{key}",
            title=new.reason,
            granted=new.amount,
            expires_at=clock.now() + timedelta(days=new.days) if new.days else None,
            kind=rules.BONUS,
        ),
    )
    if is_new:
        told = {"coins": new.amount, "why": new.reason}
        await audit(session, caller, "coins.grant", f"account:{new.account_id}", told)
        values = {**told, "link": f"{tools.home}/account/wallet"}
        await notify(session, "coins.granted", new.account_id, values)
    return is_new
