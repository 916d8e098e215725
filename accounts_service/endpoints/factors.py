"""Second factors, passkeys, and showing anew who one is."""

from uuid import UUID

from fastapi import Response

from accounts_service.actions import codes, passkeys, second_factor
from accounts_service.actions import factors as actions
from accounts_service.endpoints.given import SIGNED_IN, OriginDep, SessionsDep, ToolsDep
from accounts_service.models import factors as models
from kit.contracts.accounts import SignedIn
from kit.contracts.accounts.factors import (
    Ceremony,
    Challenge,
    Confirmation,
    Confirmed,
    Credential,
    FactorAdded,
    Factors,
    Passkey,
    PasskeyChange,
    PasskeyNew,
    RecoveryCodes,
    SecondFactor,
    TotpCode,
    TotpStart,
)
from kit.web import CallerDep, ReadSession, Router, Session, limited

router = Router(tags=["second factors"])


def _uncached(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


@router.post("/sessions/second-factor", status_code=201, dependencies=[limited("60/minute")])
async def finish_sign_in(
    step: SecondFactor, store: SessionsDep, tools: ToolsDep, origin: OriginDep, response: Response
) -> SignedIn:
    _uncached(response)
    return await second_factor.finish_sign_in(store, tools, step, origin)


@router.post("/sessions/second-factor/passkey", dependencies=[limited("60/minute")])
async def passkey_for_second_step(
    body: Challenge, session: ReadSession, tools: ToolsDep
) -> Ceremony:
    return await second_factor.passkey_for_second_step(session, tools, body.challenge)


@router.post("/sessions/passkey/options", dependencies=[limited("120/minute")])
async def begin_passkey_sign_in(tools: ToolsDep) -> Ceremony:
    return passkeys.begin_sign_in(tools)


@router.post("/sessions/passkey", status_code=201, dependencies=[limited("60/minute")])
async def passkey_sign_in(
    answer: Credential, store: SessionsDep, tools: ToolsDep, origin: OriginDep, response: Response
) -> SignedIn:
    _uncached(response)
    return await passkeys.sign_in(store, tools, answer, origin)


@router.post("/sessions/current/confirmation", dependencies=[limited("60/minute")])
async def confirm(
    wish: Confirmation,
    caller: CallerDep,
    store: SessionsDep,
    tools: ToolsDep,
    origin: OriginDep,
) -> Confirmed:
    return await second_factor.confirm(store, tools, caller, wish, origin)


@router.post("/sessions/current/confirmation/passkey")
async def passkey_to_confirm(caller: CallerDep, session: ReadSession, tools: ToolsDep) -> Ceremony:
    return await second_factor.passkey_to_confirm(session, tools, caller)


@router.get("/me/factors")
async def factors(caller: CallerDep, session: ReadSession, tools: ToolsDep) -> Factors:
    return await actions.factors(session, tools, caller)


@router.post("/me/totp", status_code=201)
async def start_totp(
    caller: CallerDep, session: Session, tools: ToolsDep, response: Response
) -> TotpStart:
    _uncached(response)
    return await codes.start_totp(session, tools, caller)


@router.post("/me/totp/codes", status_code=201)
async def confirm_totp(
    body: TotpCode, caller: CallerDep, store: SessionsDep, tools: ToolsDep, response: Response
) -> FactorAdded:
    _uncached(response)
    made = await codes.confirm_totp(store, tools, caller, body.code)
    async with store() as session:
        found = await actions.factors(session, tools, caller)
    return FactorAdded(factors=found, recovery_codes=made)


@router.delete("/me/totp", status_code=204)
async def remove_totp(caller: CallerDep, session: Session, tools: ToolsDep) -> None:
    await codes.remove_totp(session, tools, caller)


@router.post("/me/recovery-codes", status_code=201)
async def renew_recovery_codes(
    caller: CallerDep, store: SessionsDep, tools: ToolsDep, response: Response
) -> RecoveryCodes:
    _uncached(response)
    return RecoveryCodes(codes=await codes.renew_recovery(store, tools, caller))


@router.post("/me/passkeys/options")
async def begin_passkey(caller: CallerDep, session: ReadSession, tools: ToolsDep) -> Ceremony:
    return await passkeys.begin_adding(session, tools, caller)


@router.post("/me/passkeys", status_code=201, dependencies=[SIGNED_IN])
async def add_passkey(
    new: PasskeyNew, caller: CallerDep, store: SessionsDep, tools: ToolsDep, response: Response
) -> FactorAdded:
    _uncached(response)
    made = await passkeys.add(store, tools, caller, new)
    async with store() as session:
        found = await actions.factors(session, tools, caller)
    return FactorAdded(factors=found, recovery_codes=made)


@router.patch("/me/passkeys/{passkey_id}", response_model=Passkey)
async def rename_passkey(
    passkey_id: UUID, change: PasskeyChange, caller: CallerDep, session: Session
) -> models.Passkey:
    return await passkeys.rename(session, caller, passkey_id, change.name)


@router.delete("/me/passkeys/{passkey_id}", status_code=204)
async def remove_passkey(
    passkey_id: UUID, caller: CallerDep, session: Session, tools: ToolsDep
) -> None:
    await passkeys.remove(session, tools, caller, passkey_id)
