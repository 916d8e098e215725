"""Counting views: once for each viewer, film and day."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.payments.earnings import Viewed, ViewNew
from payments_service.actions.refunds.views import hashed
from payments_service.actions.tools import Tools
from payments_service.queries import earnings


async def count_view(session: AsyncSession, tools: Tools, new: ViewNew) -> Viewed:
    """Count a view, unless it was counted today, or one of the film's makers looks at it."""
    account_id = _account(new.viewer)
    if account_id is not None and await earnings.is_maker(session, new.film_id, account_id):
        return Viewed(is_counted=False)
    viewer = hashed(tools, new.viewer)
    return Viewed(is_counted=await earnings.count_view(session, now().date(), new.film_id, viewer))


def _account(viewer: str) -> UUID | None:
    try:
        return UUID(viewer)
    except ValueError:
        return None
