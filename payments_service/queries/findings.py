"""Findings: opened once, seen again and again, closed when they are gone."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from kit.db import new_id
from payments_service.models.findings import Finding, FindingKind, Reconciliation
from payments_service.rules.invariants import Found

KEPT = timedelta(days=90)


async def note(
    session: AsyncSession, kinds: Collection[FindingKind], found: Sequence[Found], at: datetime
) -> None:
    """Open what is new of these kinds, keep what is there still, close what is not."""
    for one in found:
        new = {
            "id": new_id(),
            "kind": one.kind,
            "subject": one.subject,
            "details": dict(one.details),
            "opened_at": at,
            "seen_at": at,
        }
        await session.execute(
            insert(Finding)
            .values(**new)
            .on_conflict_do_update(
                index_elements=["kind", "subject"],
                index_where=Finding.closed_at.is_(None),
                set_={"seen_at": at, "details": new["details"]},
            )
        )
    gone = update(Finding).where(Finding.closed_at.is_(None), Finding.seen_at < at)
    await session.execute(gone.where(Finding.kind.in_(kinds)).values(closed_at=at))


async def page(
    session: AsyncSession, is_open: bool | None, before: UUID | None, limit: int
) -> Sequence[Finding]:
    """Return findings, the latest first."""
    wanted = select(Finding).order_by(Finding.id.desc()).limit(limit)
    if is_open is not None:
        wanted = wanted.where(Finding.closed_at.is_(None) == is_open)
    if before is not None:
        wanted = wanted.where(Finding.id < before)
    return (await session.scalars(wanted)).all()


async def open_by_kind(session: AsyncSession) -> dict[str, int]:
    wanted = select(Finding.kind, func.count()).where(Finding.closed_at.is_(None))
    rows = await session.execute(wanted.group_by(Finding.kind))
    return {str(kind): count for kind, count in rows}


async def keep(session: AsyncSession, new: Reconciliation, *, is_same: bool) -> None:
    """Keep a comparison; a difference goes back to where it began. Old ones are forgotten."""
    wanted = select(Reconciliation.differs_since).where(
        Reconciliation.provider == new.provider, Reconciliation.currency == new.currency
    )
    since = await session.scalar(wanted.order_by(Reconciliation.at.desc()).limit(1))
    new.differs_since = None if is_same else since or new.at
    session.add(new)
    await session.execute(
        delete(Reconciliation).where(
            Reconciliation.provider == new.provider,
            Reconciliation.currency == new.currency,
            Reconciliation.at < new.at - KEPT,
        )
    )


async def reconciliations(session: AsyncSession) -> Sequence[Reconciliation]:
    """Return the last comparison with each provider in each currency."""
    last = Reconciliation.provider, Reconciliation.currency
    wanted = select(Reconciliation).order_by(*last, Reconciliation.at.desc())
    return (await session.scalars(wanted.ext(distinct_on(*last)))).all()
