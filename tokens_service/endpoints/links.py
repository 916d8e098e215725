"""Codes that belong to an account: kept, listed, let go, asked about."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from kit.auth import Caller
from kit.contracts.tokens import (
    EntitlementQuestion,
    Holder,
    Linked,
    LinkedTokens,
    LinkNew,
    Token,
    Verification,
)
from kit.errors import Forbidden, Invalid, Unauthenticated
from kit.schema import PersonalData
from kit.web import CallerDep, Router
from tokens_service.actions import links as actions
from tokens_service.actions.verify import Verifier
from tokens_service.endpoints.tokens import IssuerDep, Minter
from tokens_service.endpoints.verify import Viewer

router = Router(tags=["links"])


async def _verifier(request: Request) -> Verifier:
    found: Verifier = request.app.state.verifier
    return found


async def _account(caller: CallerDep) -> UUID:
    """Return the account of the person who calls."""
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "person":
        raise Forbidden("Only a person who signed in has codes of their own.")
    return UUID(caller.id)


async def _service(caller: CallerDep) -> Caller:
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "service":
        raise Forbidden("Only services of the suite may ask about an account.")
    return caller


VerifierDep = Annotated[Verifier, Depends(_verifier)]
Account = Annotated[UUID, Depends(_account)]
Service = Annotated[Caller, Depends(_service)]


@router.post("/me/tokens", status_code=201, summary="Keep a code in one's account")
async def link(
    issuer: IssuerDep,
    verifier: VerifierDep,
    account: Account,
    caller: CallerDep,
    address: Viewer,
    new: LinkNew,
) -> Linked:
    """Answer the same code alike again; wrong ones count as guesses of the address."""
    return await actions.link(issuer, verifier, caller, account, new.token, address)


@router.get("/me/tokens", summary="One's own codes")
async def linked(issuer: IssuerDep, account: Account) -> LinkedTokens:
    return await actions.linked(issuer, account)


@router.delete("/me/tokens/{token_id}", status_code=204, summary="Let go of a code")
async def unlink(issuer: IssuerDep, account: Account, caller: CallerDep, token_id: UUID) -> None:
    await actions.unlink(issuer, caller, account, token_id)


@router.put("/tokens/{token_id}/account", summary="Give a token to an account, or to nobody")
async def set_holder(issuer: IssuerDep, caller: Minter, token_id: UUID, holder: Holder) -> Token:
    return await actions.set_holder(issuer, caller, token_id, holder.account_id)


@router.post("/accounts/{account_id}/entitlement", summary="Does an account open a film?")
async def entitlement(
    issuer: IssuerDep,
    verifier: VerifierDep,
    _: Service,
    account_id: UUID,
    asked: EntitlementQuestion,
) -> Verification:
    return await actions.entitlement(issuer, verifier, account_id, asked)


@router.put("/accounts/{account_id}/tokens/account", status_code=204, summary="Hand over all codes")
async def hand_over(issuer: IssuerDep, caller: Service, account_id: UUID, holder: Holder) -> None:
    if holder.account_id is None:
        raise Invalid("Say to which account; DELETE /personal-data/{id} gives them to nobody.")
    await actions.hand_over(issuer, caller, account_id, holder.account_id)


@router.get("/personal-data/{account_id}", summary="What is known of a person")
async def personal_data(issuer: IssuerDep, _: Service, account_id: UUID) -> PersonalData:
    return await actions.personal_data(issuer, account_id)


@router.delete("/personal-data/{account_id}", status_code=204, summary="Forget a person")
async def forget(issuer: IssuerDep, caller: Service, account_id: UUID) -> None:
    """Their codes become nobody's; doing it twice is doing it once."""
    await actions.forget(issuer, caller, account_id)
