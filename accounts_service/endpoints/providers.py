"""Signing in with providers, and linking them to one's account."""

from typing import Annotated

from fastapi import Path, Response

from accounts_service.actions import factors
from accounts_service.actions import providers as actions
from accounts_service.endpoints.given import SIGNED_IN, OriginDep, SessionsDep, ToolsDep
from kit.contracts.accounts import SignedIn
from kit.contracts.accounts.factors import (
    Factors,
    ProviderAnswer,
    ProviderBegin,
    ProviderList,
    ProviderStart,
)
from kit.web import CallerDep, Router, Session, limited

router = Router(tags=["providers"])
Named = Annotated[str, Path(max_length=30)]


@router.get("/providers")
async def providers(tools: ToolsDep) -> ProviderList:
    return actions.offered(tools)


@router.post("/providers/{name}/sign-ins", dependencies=[limited("60/minute")])
async def begin_provider(name: Named, begin: ProviderBegin, tools: ToolsDep) -> ProviderStart:
    return await actions.begin_sign_in(tools, name, begin)


@router.post("/providers/{name}/sessions", status_code=201, dependencies=[limited("60/minute")])
async def provider_sign_in(
    name: Named,
    answer: ProviderAnswer,
    store: SessionsDep,
    tools: ToolsDep,
    origin: OriginDep,
    response: Response,
) -> SignedIn:
    response.headers["Cache-Control"] = "no-store"
    return await actions.sign_in(store, tools, name, answer, origin)


@router.post("/me/providers/{name}/links", dependencies=[SIGNED_IN])
async def begin_link(
    name: Named, begin: ProviderBegin, caller: CallerDep, store: SessionsDep, tools: ToolsDep
) -> ProviderStart:
    return await actions.begin_link(store, tools, caller, name, begin)


@router.post("/me/providers/{name}", status_code=201, dependencies=[SIGNED_IN])
async def link_provider(
    name: Named, answer: ProviderAnswer, caller: CallerDep, store: SessionsDep, tools: ToolsDep
) -> Factors:
    await actions.link(store, tools, caller, name, answer)
    async with store() as session:
        return await factors.factors(session, tools, caller)


@router.delete("/me/providers/{name}", status_code=204, dependencies=[SIGNED_IN])
async def unlink_provider(name: Named, caller: CallerDep, session: Session) -> None:
    await actions.unlink(session, caller, name)
