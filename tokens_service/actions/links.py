"""A code becomes somebody's own, and goes with their account to every device."""

from uuid import UUID

from kit import clock
from kit.auth import Caller
from kit.contracts.tokens import (
    CodeNotValid,
    CodeTaken,
    EntitlementQuestion,
    Linked,
    LinkedTokens,
    Token,
    TooManyCodes,
    Verification,
)
from kit.schema import PersonalData
from tokens_service.actions import audit
from tokens_service.actions.issuer import Issuer, code_of, shown, target
from tokens_service.actions.verify import FULL, NO, Known, Verifier
from tokens_service.models import TokenRow
from tokens_service.queries import devices
from tokens_service.queries import links as queries
from tokens_service.rules import terms


async def link(
    issuer: Issuer, verifier: Verifier, caller: Caller, account_id: UUID, given: str, address: str
) -> Linked:
    """Keep a code in an account; the same one again is the same. Wrong ones count as guesses."""
    found = await verifier.find(given, None, address)
    if not isinstance(found, Known):
        raise CodeNotValid
    entry = audit.entry(caller, "token.link", target(found.row.id), account_id=str(account_id))
    row = await queries.link(issuer.store, found.row.id, account_id, clock.now(), entry)
    if row.account_id is None:
        raise TooManyCodes
    if row.account_id != account_id:
        raise CodeTaken
    return _linked(issuer, row)


async def linked(issuer: Issuer, account_id: UUID) -> LinkedTokens:
    rows = await queries.of_account(issuer.store, account_id)
    return LinkedTokens(items=[_linked(issuer, row) for row in rows])


async def unlink(issuer: Issuer, caller: Caller, account_id: UUID, token_id: UUID) -> None:
    entry = audit.entry(caller, "token.unlink", target(token_id), account_id=str(account_id))
    await queries.unlink(issuer.store, account_id, token_id, entry)


async def set_holder(
    issuer: Issuer, caller: Caller, token_id: UUID, account_id: UUID | None
) -> Token:
    holder = str(account_id) if account_id else None
    entry = audit.entry(caller, "token.holder", target(token_id), account_id=holder)
    at = clock.now()
    return shown(
        issuer.keys, await queries.set_holder(issuer.store, token_id, account_id, at, entry)
    )


async def entitlement(
    issuer: Issuer, verifier: Verifier, account_id: UUID, asked: EntitlementQuestion
) -> Verification:
    """Return what the account holds that opens such a film on this device."""
    now = clock.now()
    rows = await queries.opening(issuer.store, account_id, asked.access_level, asked.video_ids, now)
    for row in rows:
        if asked.device is None or row.max_devices is None:
            return await verifier.answer(row)
        seen = await devices.take(issuer.store, row.id, asked.device, now)
        if asked.device in {one.id for one in seen}:
            return await verifier.answer(row)
    return FULL if rows else NO


async def hand_over(issuer: Issuer, caller: Caller, account_id: UUID, to: UUID) -> None:
    entry = audit.entry(caller, "tokens.hand_over", f"account:{account_id}", to=str(to))
    await queries.hand_over(issuer.store, account_id, to, entry)


async def personal_data(issuer: Issuer, account_id: UUID) -> PersonalData:
    """Return the codes an account holds, and the devices that used them."""
    codes, used = [], []
    for row in await queries.of_account(issuer.store, account_id):
        code = _linked(issuer, row).model_dump(mode="json")
        codes.append(code)
        used += [
            {"code": code["code"], "device": one.id, "first_seen_at": one.first_seen_at.isoformat()}
            for one in await devices.devices(issuer.store, row.id)
        ]
    return PersonalData(service="tokens_service", parts={"codes": codes, "devices": used})


async def forget(issuer: Issuer, caller: Caller, account_id: UUID) -> None:
    """Let go of all codes of an account that is being deleted: they are nobody's from then on."""
    entry = audit.entry(caller, "tokens.forget_account", f"account:{account_id}")
    await queries.forget(issuer.store, account_id, entry)


def _linked(issuer: Issuer, row: TokenRow) -> Linked:
    return Linked(
        token_id=row.id,
        code=code_of(issuer.keys, row),
        access_level=row.access_level,
        video_id=row.video_id,
        title=row.title,
        state=terms.state(row, clock.now()),
        expires_at=row.expires_at,
        linked_at=row.linked_at or row.created_at,
    )
