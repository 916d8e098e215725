"""Bundles and season passes over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from kit.auth import may
from kit.contracts.payments.shop import Bundle, BundleChange, BundleNew, Bundles, UnlockedBundle
from kit.contracts.payments.shop_errors import (
    BundleNotFound,
)
from kit.errors import Forbidden
from kit.pages import Limit, encode_cursor
from kit.web import CallerDep, ReadSession, Router, Session
from payments_service.actions.bundles import keeping, unlocking
from payments_service.actions.films.seeing import before
from payments_service.endpoints.given import MoneyWriter, ToolsDep
from payments_service.endpoints.people import Account, Cursor
from payments_service.models import shop as models
from payments_service.queries import shop as queries

router = Router(tags=["bundles"])
All = Annotated[bool, Query(alias="all")]


@router.get("/bundles", summary="Bundles on sale, the newest first")
async def bundles(
    caller: CallerDep,
    session: ReadSession,
    everything: All = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Bundles:
    """With `all` (`money:read`), those that are not on sale as well."""
    if everything and not may(caller, "money:read"):
        raise Forbidden(permission="money:read")
    rows = await queries.bundles(session, before(cursor), limit + 1, everything=everything)
    more = encode_cursor(str(rows[limit - 1].id)) if len(rows) > limit else None
    items = [Bundle.model_validate(row) for row in rows[:limit]]
    return Bundles(items=items, next_cursor=more)


@router.get("/bundles/{bundle_id}", response_model=Bundle, summary="One bundle")
async def bundle(bundle_id: UUID, caller: CallerDep, session: ReadSession) -> models.Bundle:
    found = await queries.bundle(session, bundle_id)
    if not found.is_on_sale and not may(caller, "money:read"):
        raise BundleNotFound
    return found


@router.post("/bundles", status_code=201, response_model=Bundle, summary="Make a bundle")
async def make(
    new: BundleNew, caller: MoneyWriter, session: Session, tools: ToolsDep
) -> models.Bundle:
    return await keeping.make(session, tools, caller, new)


@router.patch("/bundles/{bundle_id}", response_model=Bundle, summary="Change a bundle")
async def change(
    bundle_id: UUID, new: BundleChange, caller: MoneyWriter, session: Session, tools: ToolsDep
) -> models.Bundle:
    return await keeping.change(session, tools, caller, bundle_id, new)


@router.delete("/bundles/{bundle_id}", status_code=204, summary="Take a bundle off sale")
async def withdraw(bundle_id: UUID, caller: MoneyWriter, session: Session) -> None:
    await keeping.withdraw(session, caller, bundle_id)


@router.post("/bundles/{bundle_id}/unlock", summary="Have a bundle for coins")
async def unlock(bundle_id: UUID, me: Account, tools: ToolsDep) -> UnlockedBundle:
    return await unlocking.unlock(tools, me, bundle_id)
