"""Terms of films, bundles, and who was given what."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import case, delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from kit.contracts.payments.shop import BundleKind, GrantKind, GrantState
from kit.contracts.payments.shop_errors import (
    BundleNotFound,
    GrantNotFound,
)
from kit.db import find
from payments_service.models.earnings import MakerShare
from payments_service.models.orders import Order
from payments_service.models.shop import Bundle, BundleItem, Grant, Offer


async def terms(session: AsyncSession, film_id: UUID) -> Offer | None:
    return await session.get(Offer, film_id)


async def all_terms(session: AsyncSession) -> Sequence[Offer]:
    asked = select(Offer).order_by(Offer.updated_at.desc(), Offer.film_id).limit(1000)
    return (await session.scalars(asked)).all()


async def put_terms(session: AsyncSession, row: Offer) -> Offer:
    """Write a film's terms over those it had: there is one row for a film."""
    values = {column.name: getattr(row, column.name) for column in Offer.__table__.columns}
    asked = insert(Offer).values(values)
    changed = {name: asked.excluded[name] for name in values if name != "film_id"}
    written = asked.on_conflict_do_update(index_elements=["film_id"], set_=changed)
    found = await session.scalars(
        written.returning(Offer), execution_options={"populate_existing": True}
    )
    return found.one()


async def delete_terms(session: AsyncSession, film_id: UUID) -> None:
    await session.execute(delete(Offer).where(Offer.film_id == film_id))


async def is_maker(session: AsyncSession, film_id: UUID, account_id: UUID) -> bool:
    """Say whether a film is theirs."""
    asked = exists().where(MakerShare.film_id == film_id, MakerShare.account_id == account_id)
    return bool(await session.scalar(select(asked)))


# Grants


async def grant(session: AsyncSession, grant_id: UUID) -> Grant:
    return await find(session, Grant, grant_id, GrantNotFound)


async def grant_for_update(session: AsyncSession, grant_id: UUID) -> Grant:
    return await find(session, Grant, grant_id, GrantNotFound, lock=True)


async def grant_of_key(session: AsyncSession, key: str) -> Grant | None:
    return await session.scalar(select(Grant).where(Grant.key == key))


async def live_grants(
    session: AsyncSession, account_id: UUID, film_ids: Sequence[UUID]
) -> Sequence[Grant]:
    """Return what an account has of these films; a rental's time may be over."""
    asked = select(Grant).where(
        Grant.account_id == account_id,
        Grant.film_id.in_(film_ids),
        Grant.state != GrantState.ended,
    )
    return (await session.scalars(asked)).all()


async def grants_of_codes(
    session: AsyncSession, film_id: UUID, token_ids: Sequence[UUID], account_ids: Sequence[UUID]
) -> Sequence[UUID]:
    """Return the unwatched grants of a film that these tokens, or these accounts, hold."""
    is_nobodys = Grant.account_id.is_(None) & Grant.token_id.in_(token_ids)
    asked = select(Grant.id).where(
        or_(is_nobodys, Grant.account_id.in_(account_ids)),
        Grant.film_id == film_id,
        Grant.state != GrantState.ended,
        Grant.started_at.is_(None),
    )
    return (await session.scalars(asked)).all()


async def grants_of(
    session: AsyncSession, account_id: UUID, before: UUID | None, limit: int
) -> Sequence[Grant]:
    asked = select(Grant).where(Grant.account_id == account_id)
    if before is not None:
        asked = asked.where(Grant.id < before)
    return (await session.scalars(asked.order_by(Grant.id.desc()).limit(limit))).all()


async def grants_of_spend_for_update(session: AsyncSession, spend_id: UUID) -> Sequence[Grant]:
    asked = select(Grant).where(Grant.spend_id == spend_id).order_by(Grant.id).with_for_update()
    return (await session.scalars(asked)).all()


async def grants_of_order_for_update(session: AsyncSession, order_id: UUID) -> Sequence[Grant]:
    asked = select(Grant).where(Grant.order_id == order_id).order_by(Grant.id).with_for_update()
    return (await session.scalars(asked)).all()


async def held_grants_for_update(session: AsyncSession, order: Order) -> Sequence[Grant]:
    """Return what was closed because an order's money is on its way back."""
    asked = select(Grant).where(Grant.order_id == order.id, Grant.ended_at == order.held_at)
    return (await session.scalars(asked.order_by(Grant.id).with_for_update())).all()


async def is_held(session: AsyncSession, grant: Grant) -> bool:
    """Say whether a grant is closed for the time that its money is on its way back."""
    if grant.order_id is None or grant.ended_at is None:
        return False
    asked = exists().where(Order.id == grant.order_id, Order.held_at == grant.ended_at)
    return bool(await session.scalar(select(asked)))


async def returning(session: AsyncSession, account_id: UUID, film_id: UUID) -> UUID | None:
    """Return the order whose money is on its way back, and that gave this film."""
    asked = select(Order.id).join(Grant, Grant.order_id == Order.id)
    theirs = asked.where(Grant.account_id == account_id, Grant.film_id == film_id)
    return await session.scalar(theirs.where(Grant.ended_at == Order.held_at).limit(1))


async def claim(session: AsyncSession, row: Grant) -> bool:
    """Write a grant, unless the account has such a one; wait for whoever is writing it now."""
    values = {
        column.name: getattr(row, column.name)
        for column in Grant.__table__.columns
        if getattr(row, column.name) is not None
    }
    asked = insert(Grant).values(values).on_conflict_do_nothing().returning(Grant.id)
    return await session.scalar(asked) is not None


async def end_over(session: AsyncSession, at: datetime, account_id: UUID | None = None) -> int:
    """End rentals whose time is over; a token that was told a later end is still open."""
    asked = update(Grant).where(
        Grant.kind == GrantKind.rental, Grant.state == GrantState.active, Grant.expires_at <= at
    )
    if account_id is not None:
        asked = asked.where(Grant.account_id == account_id)
    values = {
        "state": GrantState.ended,
        "ended_at": Grant.expires_at,
        "is_open": case((Grant.told_until > at, True), else_=False),
    }
    found = await session.scalars(
        asked.values(values).returning(Grant.id).execution_options(synchronize_session=False)
    )
    return len(found.all())


async def untold(session: AsyncSession, before: datetime, limit: int) -> Sequence[UUID]:
    """Return grants of which tokens_service has not been told, though it should have been."""
    given = select(Grant.id).where(Grant.state == GrantState.given, Grant.created_at < before)
    ended = select(Grant.id).where(
        Grant.state == GrantState.ended, Grant.is_open, Grant.ended_at < before
    )
    return (await session.scalars(given.union_all(ended).limit(limit))).all()


# Bundles


async def bundle(session: AsyncSession, bundle_id: UUID, *, lock: bool = False) -> Bundle:
    """Return a bundle with its films; raise BundleNotFound."""
    asked = select(Bundle).where(Bundle.id == bundle_id).options(selectinload(Bundle.items))
    found = await session.scalar(asked.with_for_update(of=Bundle) if lock else asked)
    if found is None:
        raise BundleNotFound
    return found


async def bundles(
    session: AsyncSession, before: UUID | None, limit: int, *, everything: bool = False
) -> Sequence[Bundle]:
    asked = select(Bundle).options(selectinload(Bundle.items)).order_by(Bundle.id.desc())
    if not everything:
        asked = asked.where(Bundle.is_on_sale)
    if before is not None:
        asked = asked.where(Bundle.id < before)
    return (await session.scalars(asked.limit(limit))).all()


async def bundles_with(session: AsyncSession, film_id: UUID) -> Sequence[Bundle]:
    """Return the bundles on sale that hold a film."""
    asked = (
        select(Bundle)
        .join(BundleItem, BundleItem.bundle_id == Bundle.id)
        .where(BundleItem.film_id == film_id, Bundle.is_on_sale)
        .options(selectinload(Bundle.items))
        .order_by(Bundle.amount)
        .limit(20)
    )
    return (await session.scalars(asked)).all()


async def season_passes(session: AsyncSession) -> Sequence[Bundle]:
    asked = (
        select(Bundle)
        .where(Bundle.kind == BundleKind.season)
        .options(selectinload(Bundle.items))
        .order_by(Bundle.id)
    )
    return (await session.scalars(asked)).all()


async def holders(session: AsyncSession, bundle_id: UUID) -> Sequence[Grant]:
    """Return one grant of each who has a bundle; it may be closed while a refund is moving."""
    is_held = exists().where(Order.id == Grant.order_id, Order.held_at == Grant.ended_at)
    asked = (
        select(Grant)
        .where(Grant.bundle_id == bundle_id, or_(Grant.state != GrantState.ended, is_held))
        .ext(distinct_on(Grant.account_id))
        .order_by(Grant.account_id, Grant.id)
    )
    return (await session.scalars(asked)).all()
