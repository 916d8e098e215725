"""Statements about accounts on networks, publications and their targets."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload, selectinload

from kit.contracts.publisher.social import NetworkName, PublicationQuery, TargetState
from kit.contracts.publisher.social_errors import (
    PublicationNotFound,
    SocialAccountNotFound,
    TargetNotFound,
)
from kit.db import find
from publisher_service.models.social import Publication, SocialAccount, Target

WHOLE = (
    joinedload(Publication.media),
    selectinload(Publication.targets).joinedload(Target.account),
)


async def accounts(session: AsyncSession) -> Sequence[SocialAccount]:
    statement = select(SocialAccount).where(SocialAccount.disconnected_at.is_(None))
    return (await session.scalars(statement.order_by(SocialAccount.id))).all()


async def account(session: AsyncSession, account_id: UUID, *, lock: bool = False) -> SocialAccount:
    """Return a connected account."""
    found = await find(session, SocialAccount, account_id, SocialAccountNotFound, lock=lock)
    if found.disconnected_at is not None:
        raise SocialAccountNotFound
    return found


async def account_by_handle(
    session: AsyncSession, network: NetworkName, handle: str
) -> SocialAccount | None:
    statement = select(SocialAccount).where(
        SocialAccount.network == network, SocialAccount.handle == handle
    )
    found: SocialAccount | None = await session.scalar(statement.with_for_update())
    return found


async def publication(session: AsyncSession, publication_id: UUID) -> Publication:
    """Return a publication with everything around it, as the database has it now."""
    found = await publication_or_none(session, publication_id)
    if found is None:
        raise PublicationNotFound
    return found


async def publication_or_none(session: AsyncSession, publication_id: UUID) -> Publication | None:
    statement = select(Publication).where(Publication.id == publication_id).options(*WHOLE)
    found: Publication | None = await session.scalar(
        statement.execution_options(populate_existing=True)
    )
    return found


async def publications(
    session: AsyncSession,
    filters: PublicationQuery,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Publication]:
    statement = select(Publication).options(*WHOLE)
    if filters.from_at:
        statement = statement.where(Publication.publish_at >= filters.from_at)
    if filters.until_at:
        statement = statement.where(Publication.publish_at < filters.until_at)
    if filters.film_id:
        statement = statement.where(Publication.film_id == filters.film_id)
    if after:
        statement = statement.where(tuple_(Publication.publish_at, Publication.id) < after)
    order = (Publication.publish_at.desc(), Publication.id.desc())
    return (await session.scalars(statement.order_by(*order).limit(limit))).all()


async def target(session: AsyncSession, target_id: UUID) -> Target | None:
    """Return a target with its account, its publication and the publication's file."""
    statement = (
        select(Target)
        .where(Target.id == target_id)
        .options(
            joinedload(Target.account),
            joinedload(Target.publication).joinedload(Publication.media),
        )
    )
    found: Target | None = await session.scalar(statement)
    return found


async def target_for_update(session: AsyncSession, target_id: UUID) -> Target:
    return await find(session, Target, target_id, TargetNotFound, lock=True)


async def targets_for_update(session: AsyncSession, publication_id: UUID) -> Sequence[Target]:
    statement = select(Target).where(Target.publication_id == publication_id)
    return (await session.scalars(statement.order_by(Target.id).with_for_update())).all()


async def write(session: AsyncSession, target_id: UUID, version: int, **changes: Any) -> bool:  # noqa: ANN401  (columns)
    """Change a target that is still at that version; say whether it was."""
    statement = (
        update(Target)
        .where(Target.id == target_id, Target.version == version)
        .where(Target.state != TargetState.cancelled)
        .values(version=version + 1, **changes)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", await session.execute(statement)).rowcount == 1


async def is_account_in_use(session: AsyncSession, account_id: UUID) -> bool:
    """Say whether something is still to go out there."""
    under_way = (TargetState.queued, TargetState.uploading, TargetState.processing)
    statement = select(func.count()).where(
        Target.account_id == account_id, Target.state.in_(under_way)
    )
    return bool(await session.scalar(statement))
