"""What a sign-in asks and writes, each in one statement: it is what the database sees most."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value

from accounts_service.models.factors import Passkey, RecoveryCode, SessionProof, Totp
from accounts_service.models.identity import KnownDevice
from accounts_service.models.people import Account, UserSession
from accounts_service.models.programs import AuditEntry
from accounts_service.models.studios import StudioMember
from kit.auth import StudioRole
from kit.contracts.accounts import AuditEntryNew


@dataclass(frozen=True)
class Standing:
    """What else an account has to show, and where it is a member."""

    has_app: bool
    has_passkey: bool
    has_recovery_code: bool
    studios: dict[UUID, StudioRole]


async def standing(session: AsyncSession, account_id: UUID) -> Standing:
    """Return it as it is now; what this transaction changed is written before."""
    has_app = exists().where(Totp.account_id == account_id, Totp.sealed_secret.is_not(None))
    has_passkey = exists().where(Passkey.account_id == account_id)
    has_code = exists().where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    members = select(func.jsonb_object_agg(StudioMember.studio_id, StudioMember.role)).where(
        StudioMember.account_id == account_id
    )
    statement = select(has_app, has_passkey, has_code, members.scalar_subquery())
    app, passkey, code, studios = (await session.execute(statement)).one()
    held = {UUID(studio_id): StudioRole(role) for studio_id, role in (studios or {}).items()}
    return Standing(app, passkey, code, held)


async def write(
    session: AsyncSession,
    account: Account,
    opened: UserSession,
    proof: SessionProof,
    said: tuple[AuditEntryNew, str],
) -> bool:
    """Write down a new session with its proof, its entry in the log, and what the device looks
    like; return whether the account was never seen with such a device.
    """
    await session.flush()  # the account may be new as well
    entry, looks = said
    at = opened.created_at
    seen = update(Account).where(Account.id == account.id).values(last_sign_in_at=at)
    known = insert(KnownDevice).values(account_id=account.id, looks=looks, first_at=at, last_at=at)
    is_new = await session.scalar(
        known.on_conflict_do_update(
            index_elements=(KnownDevice.account_id, KnownDevice.looks), set_={"last_at": at}
        )
        .returning(KnownDevice.first_at == KnownDevice.last_at)
        .add_cte(
            seen.execution_options(synchronize_session=False).cte("seen"),
            insert(UserSession).values(**_columns(opened)).cte("opened"),
            insert(SessionProof).values(**_columns(proof)).cte("proved"),
            insert(AuditEntry).values(**entry.model_dump(), recorded_at=at).cte("noted"),
        )
    )
    set_committed_value(account, "last_sign_in_at", at)
    return bool(is_new)


def _columns(row: UserSession | SessionProof) -> dict[str, Any]:
    return {one.key: getattr(row, one.key) for one in row.__mapper__.column_attrs}
