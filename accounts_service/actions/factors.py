"""Everything that opens one's account, in one view."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.actions import proofs
from accounts_service.actions.callers import signed_in
from accounts_service.actions.tools import Tools
from accounts_service.models import factors as models
from accounts_service.queries import factors as queries
from accounts_service.rules import factors as rules
from kit.auth import Caller
from kit.contracts.accounts.factors import Factors, LinkedProvider, Passkey, Totp


async def factors(session: AsyncSession, tools: Tools, caller: Caller) -> Factors:
    account, current = await signed_in(session, caller)
    proof = await proofs.of(session, current)
    passkeys = await queries.passkeys(session, account.id)
    links = await queries.provider_links(session, account.id)
    required = tools.staff_must_have_second_factor
    return Factors(
        has_password=account.password_hash is not None,
        totp=await _totp(session, account.id),
        passkeys=tuple(Passkey.model_validate(one) for one in passkeys),
        recovery_codes_left=await queries.recovery_codes_left(session, account.id),
        providers=tuple(_linked(one, tools.providers.labels) for one in links),
        must_enrol=rules.may_only_enrol(account.roles, proof.methods, required=required),
        must_keep_one=rules.must_have_one(account.roles, required=required),
        confirmed_until=proof.confirmed_at + rules.SURE,
        confirm_with=tuple(await proofs.ways_to_confirm(session, account)),
    )


async def _totp(session: AsyncSession, account_id: UUID) -> Totp | None:
    found = await queries.totp(session, account_id)
    if found is None or found.enabled_at is None:
        return None
    return Totp(enabled_at=found.enabled_at, last_used_at=found.last_used_at)


def _linked(row: models.ProviderLink, labels: Mapping[str, str]) -> LinkedProvider:
    return LinkedProvider(
        name=row.provider,
        label=labels.get(row.provider, row.provider.capitalize()),
        email=row.email,
        linked_at=row.linked_at,
        last_used_at=row.last_used_at,
    )
