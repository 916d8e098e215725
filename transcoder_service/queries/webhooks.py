"""Webhooks that wait to be taken."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from transcoder_service.models import WebhookDelivery


async def waiting_delivery(session: AsyncSession, delivery_id: UUID) -> WebhookDelivery | None:
    """Return a delivery that is still to be made; None when it is done."""
    found = await session.get(WebhookDelivery, delivery_id, with_for_update=True)
    return found if found and found.done_at is None else None


async def earlier_delivery(
    session: AsyncSession, delivery: WebhookDelivery
) -> WebhookDelivery | None:
    """Return the oldest webhook of the same video that must go first."""
    statement = (
        select(WebhookDelivery)
        .where(
            WebhookDelivery.video_id == delivery.video_id,
            WebhookDelivery.id < delivery.id,
            WebhookDelivery.done_at.is_(None),
        )
        .order_by(WebhookDelivery.id)
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def delete_old_deliveries(session: AsyncSession, before: datetime) -> None:
    await session.execute(delete(WebhookDelivery).where(WebhookDelivery.done_at < before))
