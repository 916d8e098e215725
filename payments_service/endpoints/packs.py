"""Packs of coins over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from kit.contracts.payments.coins import Pack, PackChange, PackNew, PackOffers, Packs
from kit.web import ReadSession, Router, Session
from payments_service.actions.coins import packs as actions
from payments_service.endpoints.given import MoneyReader, MoneyWriter
from payments_service.endpoints.people import AnyAccount, CountryAsked
from payments_service.models import coins as models
from payments_service.queries import packs as queries

router = Router(tags=["packs"])
Code = Annotated[str, Query(max_length=40)]


@router.get("/packs", summary="The packs on sale, as the caller gets them")
async def offers(
    me: AnyAccount, session: ReadSession, country: CountryAsked = None, code: Code = ""
) -> PackOffers:
    return await actions.offers(session, me, country, code)


@router.get("/packs/all", summary="All packs")
async def packs(caller: MoneyReader, session: ReadSession) -> Packs:
    rows = await queries.packs(session, everything=True)
    return Packs(items=[Pack.model_validate(row) for row in rows])


@router.post("/packs", status_code=201, response_model=Pack, summary="Make a pack")
async def make(new: PackNew, caller: MoneyWriter, session: Session) -> models.Pack:
    return await actions.make(session, caller, new)


@router.patch("/packs/{pack_id}", response_model=Pack, summary="Change a pack")
async def change(
    pack_id: UUID, new: PackChange, caller: MoneyWriter, session: Session
) -> models.Pack:
    return await actions.change(session, caller, pack_id, new)


@router.delete("/packs/{pack_id}", status_code=204, summary="Take a pack off sale")
async def withdraw(pack_id: UUID, caller: MoneyWriter, session: Session) -> None:
    await actions.withdraw(session, caller, pack_id)
