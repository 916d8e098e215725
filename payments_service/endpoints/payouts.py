"""Payout accounts and payouts over HTTP: for who is paid, and for who approves."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from kit.auth import Caller
from kit.contracts.payments.payouts import (
    Payout,
    PayoutAccount,
    PayoutAccountNew,
    PayoutAccounts,
    PayoutAccountSeen,
    PayoutApproval,
    PayoutNew,
    PayoutNote,
    PayoutQuery,
    Payouts,
    PayoutStory,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, limited, needs
from payments_service.actions.payouts import accounts, asking, reading
from payments_service.endpoints.given import Key, MoneyReader, ToolsDep
from payments_service.endpoints.people import Account, Cursor

router = Router(tags=["payouts"])
Approver = Annotated[Caller, needs("payouts:approve")]


@router.get("/my-payout-account", summary="Where I am paid")
async def my_payout_account(me: Account, session: ReadSession) -> PayoutAccount:
    return PayoutAccount.model_validate(await accounts.account(session, me))


@router.put(
    "/my-payout-account",
    summary="Say where I am paid",
    dependencies=[limited("20/day", "payout-account")],
)
async def set_payout_account(
    new: PayoutAccountNew, me: Account, caller: CallerDep, session: Session, tools: ToolsDep
) -> PayoutAccount:
    """After a change nothing is paid for some days, and its owner is told by mail."""
    row = await accounts.set_account(session, tools, caller, new)
    return PayoutAccount.model_validate(row)


@router.get("/my-payouts", summary="My payouts, newest first")
async def my_payouts(
    me: Account, session: ReadSession, cursor: Cursor = None, limit: Limit = 50
) -> Payouts:
    return await reading.payouts(session, PayoutQuery(account_id=me), cursor, limit)


@router.post("/my-payouts", status_code=201, summary="Ask to be paid")
async def request_payout(
    new: PayoutNew,
    me: Account,
    caller: CallerDep,
    session: Session,
    tools: ToolsDep,
    key: Key = "",
) -> Payout:
    """Hold the money back at once; with one Idempotency-Key it is one payout."""
    row = await asking.request(session, tools, caller, new, key)
    return await reading.payout(session, row)


@router.delete("/my-payouts/{payout_id}", summary="Take back a request")
async def withdraw_payout(
    payout_id: UUID, me: Account, caller: CallerDep, session: Session
) -> Payout:
    return await reading.payout(session, await asking.withdraw(session, caller, payout_id))


@router.get("/payouts", summary="All payouts, newest first")
async def payouts(
    caller: MoneyReader,
    session: ReadSession,
    filters: Annotated[PayoutQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Payouts:
    return await reading.payouts(session, filters, cursor, limit)


@router.get("/payouts/{payout_id}", summary="A payout and its attempts")
async def payout(payout_id: UUID, caller: MoneyReader, session: ReadSession) -> PayoutStory:
    return await reading.story(session, payout_id)


@router.post("/payouts/{payout_id}/approval", summary="Let a payout go")
async def approve_payout(
    payout_id: UUID,
    caller: Approver,
    session: Session,
    tools: ToolsDep,
    new: PayoutApproval | None = None,
) -> Payout:
    """Never by the one who is paid. The operator is asked once more whose the number is; where
    none tells, who approves has to confirm the name.
    """
    confirms_name = new is not None and new.confirms_name
    row = await asking.approve(session, tools, caller, payout_id, confirms_name=confirms_name)
    return await reading.payout(session, row)


@router.post("/payouts/{payout_id}/hold", summary="Let a payout wait")
async def hold_payout(
    payout_id: UUID, new: PayoutNote, caller: Approver, session: Session
) -> Payout:
    return await reading.payout(session, await asking.hold(session, caller, payout_id, new.note))


@router.post("/payouts/{payout_id}/refusal", summary="Refuse a payout")
async def refuse_payout(
    payout_id: UUID, new: PayoutNote, caller: Approver, session: Session
) -> Payout:
    return await reading.payout(session, await asking.refuse(session, caller, payout_id, new.note))


@router.get("/payout-accounts", summary="Where film-makers are paid")
async def payout_accounts(
    caller: MoneyReader,
    session: ReadSession,
    flagged: Annotated[bool | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> PayoutAccounts:
    return await accounts.accounts(session, flagged=flagged, cursor=cursor, limit=limit)


@router.post("/payout-accounts/{payout_account_id}/check", summary="Say that its flags are well")
async def check_payout_account(
    payout_account_id: UUID, caller: Approver, session: Session
) -> PayoutAccountSeen:
    row = await accounts.check(session, caller, payout_account_id)
    return PayoutAccountSeen.model_validate(row)
