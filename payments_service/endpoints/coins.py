"""Coins over HTTP: wallets, spending, gifts."""

from uuid import UUID

from kit.contracts.payments.coins import (
    Gift,
    GiftNew,
    HouseGift,
    Movements,
    Wallet,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, limited
from payments_service.actions.coins import gifts, wallets
from payments_service.actions.orders.making import check_key
from payments_service.endpoints.given import Key, MoneyReader, MoneyWriter, ToolsDep
from payments_service.endpoints.people import Account, Cursor

router = Router(tags=["coins"])


@router.get("/me/wallet", summary="The coins one has")
async def my_wallet(me: Account, session: ReadSession, tools: ToolsDep) -> Wallet:
    return await wallets.wallet(session, me, tools.settings.low_coins)


@router.get("/me/wallet/movements", summary="How they came and went, newest first")
async def my_movements(
    me: Account, session: ReadSession, cursor: Cursor = None, limit: Limit = 50
) -> Movements:
    return await wallets.movements(session, me, cursor, limit)


@router.get("/wallets/{account_id}", summary="Somebody's coins")
async def wallet(
    account_id: UUID, caller: MoneyReader, session: ReadSession, tools: ToolsDep
) -> Wallet:
    return await wallets.wallet(session, account_id, tools.settings.low_coins)


@router.get("/wallets/{account_id}/movements", summary="Somebody's history of coins")
async def movements(
    account_id: UUID,
    caller: MoneyReader,
    session: ReadSession,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Movements:
    return await wallets.movements(session, account_id, cursor, limit)


@router.post(
    "/coins/gifts",
    status_code=201,
    summary="Give coins to another account",
    dependencies=[limited("30/hour", "coin-gifts")],
)
async def give(
    new: GiftNew, caller: CallerDep, me: Account, tools: ToolsDep, key: Key = ""
) -> Gift:
    """Give bought coins, once for an Idempotency-Key; by account, or by the address of one."""
    check_key(key)
    to = await gifts.receiver(tools, caller, new)
    giving = gifts.Giving(caller, to, new.amount, new.message, key)
    async with tools.database.sessions.begin() as session:
        return Gift.model_validate(await gifts.give(session, tools, giving))


@router.post("/coins/house-gifts", status_code=201, summary="Give somebody coins of the house")
async def grant(
    new: HouseGift, caller: MoneyWriter, session: Session, tools: ToolsDep, key: Key = ""
) -> Wallet:
    check_key(key)
    await gifts.give_from_house(session, tools, caller, new, key)
    return await wallets.wallet(session, new.account_id, tools.settings.low_coins)
