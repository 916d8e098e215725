"""Refunds and disputes over HTTP: for who bought, and for staff."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from kit.contracts.payments.refunds import (
    Dispute,
    DisputeOutcome,
    DisputeQuery,
    Disputes,
    OrderRefunds,
    Refund,
    RefundNew,
    RefundOffer,
    RefundPlan,
    RefundQuery,
    Refunds,
    RefundStory,
)
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session
from payments_service.actions.refunds import asking, disputes, planning, reading
from payments_service.endpoints.given import Key, MoneyReader, MoneyWriter, Secret, ToolsDep
from payments_service.endpoints.people import Cursor

router = Router(tags=["refunds"])


@router.get("/orders/{order_id}/refund-offer", summary="Can this order be refunded?")
async def refund_offer(
    order_id: UUID, caller: CallerDep, session: ReadSession, tools: ToolsDep, secret: Secret = ""
) -> RefundOffer:
    return await planning.offer(session, tools, caller, order_id, secret)


@router.post("/orders/{order_id}/refund-plans", summary="What would a refund do?")
async def plan_refund(
    order_id: UUID,
    new: RefundNew,
    caller: CallerDep,
    session: ReadSession,
    tools: ToolsDep,
    secret: Secret = "",
) -> RefundPlan:
    """Nothing is done: the journals are those that the refund would post."""
    planned = await planning.plan(session, tools, caller, order_id, new, secret)
    return planning.shown(tools, planned)


@router.post("/orders/{order_id}/refunds", status_code=201, summary="Refund an order")
async def refund(
    order_id: UUID,
    new: RefundNew,
    caller: CallerDep,
    session: Session,
    tools: ToolsDep,
    key: Key = "",
    secret: Secret = "",
) -> Refund:
    """Who bought gets the whole within the window, unwatched; `money:write` any part, any time.

    With one Idempotency-Key it is one refund however often one asks.
    """
    row = await asking.refund(session, tools, caller, order_id, new, key, secret)
    return reading.shown(row)


@router.get("/orders/{order_id}/refunds", summary="What of an order went back")
async def refunds_of_order(
    order_id: UUID, caller: CallerDep, session: ReadSession, secret: Secret = ""
) -> OrderRefunds:
    return await reading.of_order(session, caller, order_id, secret)


@router.get("/refunds", summary="All refunds, newest first")
async def refunds(
    caller: MoneyReader,
    session: ReadSession,
    filters: Annotated[RefundQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Refunds:
    return await reading.refunds(session, filters, cursor, limit)


@router.get("/refunds/{refund_id}", summary="A refund and its attempts")
async def refund_story(refund_id: UUID, caller: MoneyReader, session: ReadSession) -> RefundStory:
    return await reading.story(session, refund_id)


@router.get("/disputes", summary="All disputes, newest first")
async def all_disputes(
    caller: MoneyReader,
    session: ReadSession,
    filters: Annotated[DisputeQuery, Query()],
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Disputes:
    return await reading.disputes(session, filters, cursor, limit)


@router.put("/disputes/{dispute_id}/outcome", summary="How the bank decided")
async def close_dispute(
    dispute_id: UUID,
    outcome: DisputeOutcome,
    caller: MoneyWriter,
    session: Session,
    tools: ToolsDep,
) -> Dispute:
    row = await disputes.close(session, tools, caller, dispute_id, outcome)
    return Dispute.model_validate(row)
