"""Studios, their members, and invitations."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from accounts_service.models.people import Account
from accounts_service.models.studios import Invitation, Studio, StudioMember
from kit.auth import StudioRole
from kit.contracts.accounts.studios import (
    InvitationNotFound,
    InvitationState,
    MemberNotFound,
    StudioNotFound,
)
from kit.db import find


async def studio(session: AsyncSession, studio_id: UUID) -> Studio:
    return await find(session, Studio, studio_id, StudioNotFound)


async def studio_for_update(session: AsyncSession, studio_id: UUID) -> Studio:
    return await find(session, Studio, studio_id, StudioNotFound, lock=True)


async def studios(
    session: AsyncSession, q: str | None, before: UUID | None, limit: int
) -> Sequence[Row[Studio, int]]:
    """Return them with how many members they have, newest first."""
    count = (
        select(func.count())
        .where(StudioMember.studio_id == Studio.id)
        .correlate(Studio)
        .scalar_subquery()
    )
    statement = select(Studio, count).order_by(Studio.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Studio.id < before)
    if q:
        statement = statement.where(Studio.name.icontains(q, autoescape=True))
    return (await session.execute(statement)).all()


async def member_count(session: AsyncSession, studio_id: UUID) -> int:
    statement = select(func.count()).where(StudioMember.studio_id == studio_id)
    return (await session.scalars(statement)).one()


async def studios_of(session: AsyncSession, account_id: UUID) -> Sequence[Row[Studio, StudioRole]]:
    statement = (
        select(Studio, StudioMember.role)
        .join(StudioMember, StudioMember.studio_id == Studio.id)
        .where(StudioMember.account_id == account_id)
        .order_by(Studio.name, Studio.id)
    )
    return (await session.execute(statement)).all()


async def roles_of(session: AsyncSession, account_id: UUID) -> Mapping[UUID, StudioRole]:
    """Return the studios of an account by id, and what it is there."""
    statement = select(StudioMember.studio_id, StudioMember.role).where(
        StudioMember.account_id == account_id
    )
    return dict((await session.execute(statement)).all())


async def role_in(session: AsyncSession, studio_id: UUID, account_id: UUID) -> StudioRole | None:
    found = await session.get(StudioMember, (studio_id, account_id))
    return found.role if found is not None else None


async def member_for_update(
    session: AsyncSession, studio_id: UUID, account_id: UUID
) -> StudioMember:
    found = await session.get(StudioMember, (studio_id, account_id), with_for_update=True)
    if found is None:
        raise MemberNotFound
    return found


async def members(
    session: AsyncSession, studio_id: UUID, after: UUID | None, limit: int
) -> Sequence[Row[StudioMember, Account]]:
    statement = (
        select(StudioMember, Account)
        .join(Account, Account.id == StudioMember.account_id)
        .where(StudioMember.studio_id == studio_id)
        .order_by(StudioMember.account_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(StudioMember.account_id > after)
    return (await session.execute(statement)).all()


async def producers_but(session: AsyncSession, studio_id: UUID, account_id: UUID) -> int:
    statement = select(func.count()).where(
        StudioMember.studio_id == studio_id,
        StudioMember.role == StudioRole.producer,
        StudioMember.account_id != account_id,
    )
    return (await session.scalars(statement)).one()


async def memberships_for_update(session: AsyncSession, account_id: UUID) -> Sequence[StudioMember]:
    statement = (
        select(StudioMember)
        .where(StudioMember.account_id == account_id)
        .order_by(StudioMember.studio_id)
        .with_for_update()
    )
    return (await session.scalars(statement)).all()


async def invitation_for_update(session: AsyncSession, invitation_id: UUID) -> Invitation:
    return await find(session, Invitation, invitation_id, InvitationNotFound, lock=True)


async def invitation_by_hash(
    session: AsyncSession, token_hash: str, *, lock: bool = False
) -> Invitation | None:
    statement = select(Invitation).where(Invitation.token_hash == token_hash)
    return await session.scalar(statement.with_for_update() if lock else statement)


async def end_alike(session: AsyncSession, new: Invitation) -> None:
    """End the older invitations of that address to the same."""
    await session.execute(
        update(Invitation)
        .where(
            Invitation.email == new.email,
            Invitation.studio_id.is_not_distinct_from(new.studio_id),
            Invitation.ended_at.is_(None),
        )
        .values(ended_at=new.created_at)
    )


async def invitations(
    session: AsyncSession,
    chosen: tuple[InvitationState | None, UUID | None, datetime],
    before: UUID | None,
    limit: int,
) -> Sequence[Row[Invitation, str | None]]:
    """Return those in that state at that time, of that studio, with its name; newest first."""
    wanted, studio_id, at = chosen
    statement = (
        select(Invitation, Studio.name)
        .outerjoin(Studio, Studio.id == Invitation.studio_id)
        .order_by(Invitation.id.desc())
        .limit(limit)
    )
    if wanted is not None:
        statement = statement.where(_is_in(wanted, at))
    if studio_id is not None:
        statement = statement.where(Invitation.studio_id == studio_id)
    if before is not None:
        statement = statement.where(Invitation.id < before)
    return (await session.execute(statement)).all()


async def prune_invitations(session: AsyncSession, before: datetime) -> None:
    """Delete those that were over before that time."""
    await session.execute(delete(Invitation).where(Invitation.expires_at < before))


def _is_in(state: InvitationState, at: datetime) -> ColumnElement[bool]:
    is_open = and_(Invitation.ended_at.is_(None), Invitation.accepted_by.is_(None))
    return {
        InvitationState.pending: and_(is_open, Invitation.expires_at > at),
        InvitationState.expired: and_(is_open, Invitation.expires_at <= at),
        InvitationState.accepted: Invitation.accepted_by.is_not(None),
        InvitationState.withdrawn: and_(
            Invitation.ended_at.is_not(None), Invitation.accepted_by.is_(None)
        ),
    }[state]
