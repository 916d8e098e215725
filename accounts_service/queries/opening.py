"""What a sign-in asks and writes, each in one statement: it is what the database sees most."""

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, Table, Uuid, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningInsert

from accounts_service.models.factors import Passkey, RecoveryCode, SessionProof, Totp
from accounts_service.models.identity import KnownDevice
from accounts_service.models.people import Account, UserSession
from accounts_service.models.programs import AuditEntry
from accounts_service.models.studios import StudioMember
from accounts_service.models.table import Base
from kit.auth import StudioRole
from kit.contracts.accounts import AuditEntryNew


@dataclass(frozen=True)
class Standing:
    """What else an account has to show, and where it is a member."""

    has_app: bool
    has_passkey: bool
    has_recovery_code: bool
    studios: dict[UUID, StudioRole]


_ACCOUNT = bindparam("account_id", type_=Uuid())


def _standing() -> Select[Any]:
    has_app = exists().where(Totp.account_id == _ACCOUNT, Totp.sealed_secret.is_not(None))
    has_passkey = exists().where(Passkey.account_id == _ACCOUNT)
    has_code = exists().where(RecoveryCode.account_id == _ACCOUNT, RecoveryCode.used_at.is_(None))
    members = select(func.jsonb_object_agg(StudioMember.studio_id, StudioMember.role)).where(
        StudioMember.account_id == _ACCOUNT
    )
    return select(has_app, has_passkey, has_code, members.scalar_subquery())


def _insert(kind: type[Base], prefix: str) -> Insert:
    """Return the statement that writes a whole row, from values that begin so."""
    table = cast(Table, kind.__table__)
    return insert(table).values({one.name: bindparam(prefix + one.name) for one in table.columns})


def _writing() -> ReturningInsert[Any]:
    account, known = cast(Table, Account.__table__), cast(Table, KnownDevice.__table__)
    seen = update(account).where(account.c.id == _ACCOUNT).values(last_sign_in_at=bindparam("at"))
    return (
        insert(known)
        .values(
            account_id=_ACCOUNT,
            looks=bindparam("looks"),
            first_at=bindparam("at"),
            last_at=bindparam("at"),
        )
        .on_conflict_do_update(
            index_elements=(known.c.account_id, known.c.looks), set_={"last_at": bindparam("at")}
        )
        .returning(known.c.first_at == known.c.last_at)
        .add_cte(
            seen.cte("seen"),
            _insert(UserSession, "opened_").cte("opened"),
            _insert(SessionProof, "proof_").cte("proved"),
            _insert(AuditEntry, "entry_").cte("noted"),
        )
    )


# Made once: to put such a statement together takes longer than to run it.
STANDING, WRITING = _standing(), _writing()


async def standing(session: AsyncSession, account_id: UUID) -> Standing:
    """Return it as it is now; what this transaction changed is written before."""
    await session.flush()
    row = (await session.execute(STANDING, {"account_id": account_id})).one()
    app, passkey, code, studios = row
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
    noted = {**entry.model_dump(), "recorded_at": at}
    given = {"account_id": account.id, "at": at, "looks": looks}
    given |= {f"opened_{name}": value for name, value in _columns(opened).items()}
    given |= {f"proof_{name}": value for name, value in _columns(proof).items()}
    given |= {f"entry_{name}": value for name, value in noted.items()}
    is_new = await session.scalar(WRITING, given)
    set_committed_value(account, "last_sign_in_at", at)
    return bool(is_new)


def _columns(row: UserSession | SessionProof) -> dict[str, Any]:
    return {one.key: getattr(row, one.key) for one in row.__mapper__.column_attrs}
