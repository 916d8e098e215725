"""The token that opens members' films: it follows the subscription.

It is made for a day under a name that never changes and only then given its account and its end:
whoever dies in between and begins anew finds the same one.
"""

import logging
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.clock import now
from kit.contracts.tokens import (
    AccessLevel,
    Mint,
    TokenChange,
    TokenNotFound,
    TokensClient,
)
from kit.errors import AppError
from kit.jobs import enqueue
from payments_service.actions.subscriptions import standing
from payments_service.actions.tools import Tools
from payments_service.models.subscriptions import Subscription, SubscriptionPeriod
from payments_service.queries import subscriptions
from payments_service.rules.months import whole_days
from payments_service.rules.subscriptions import Standing, access_until, shortened

logger = logging.getLogger(__name__)


async def follow(session: AsyncSession, tools: Tools, row: Subscription) -> None:
    """Let the token say what the subscription says; by a job where tokens_service is away."""
    try:
        await _follow(session, tools, row)
    except AppError:
        logger.warning("the token follows later", extra={"subscription_id": str(row.id)})
        await _enqueue(session, row.id)


async def follow_soon(session: AsyncSession, period: SubscriptionPeriod | None) -> None:
    """Have the token told as soon as this is committed, and not if it is not."""
    if period is not None:
        await _enqueue(session, period.subscription_id)


async def follow_later(session: AsyncSession, tools: Tools, subscription_id: UUID) -> None:
    """Do what could not be done at once; raises until it is."""
    row = await subscriptions.subscription_for_update(session, subscription_id)
    await _follow(session, tools, row)


async def _enqueue(session: AsyncSession, subscription_id: UUID) -> None:
    await enqueue(session, "follow_subscription", {"subscription_id": str(subscription_id)})


async def _follow(session: AsyncSession, tools: Tools, row: Subscription) -> None:
    tokens, at = tools.client(TokensClient), now()
    until = access_until(await _without_held(session, standing.of(row, at), row.id, at))
    if until is None or until <= at:
        await _end(tokens, row, at)
        return
    if row.token_id is None:
        await _make(tokens, tools.brand, row)
    if row.token_until != until and row.token_id is not None:
        change = TokenChange(
            title=row.plan.title, expires_at=until, max_devices=row.plan.max_devices
        )
        await tokens.change(row.token_id, change)
        row.token_until = until


async def _without_held(
    session: AsyncSession, one: Standing, subscription_id: UUID, at: datetime
) -> Standing:
    """Return it without the days whose money is on its way back."""
    for period in await subscriptions.held_periods(session, subscription_id):
        days = whole_days(period.starts_at, period.ends_at)
        one = shortened(one, days, period.amount, at)
    return one


async def _make(tokens: TokensClient, brand: str, row: Subscription) -> None:
    key = f"{row.token_key}:{row.token_number}"
    new = Mint(
        title=f"{brand} VIP", access_level=AccessLevel.vip, duration_days=1, label=key, key=key
    )
    token = await tokens.mint(new)
    await tokens.set_holder(token.id, row.account_id)
    row.token_id, row.token_until = token.id, None


async def _end(tokens: TokensClient, row: Subscription, at: datetime) -> None:
    """Withdraw a token that would go on by itself; the next one has a new name."""
    if row.token_id is None:
        return
    if row.token_until is None or row.token_until > at:
        try:
            await tokens.revoke(str(row.token_id))
        except TokenNotFound:
            logger.warning("a token is gone already", extra={"token_id": str(row.token_id)})
    row.token_id = row.token_until = None
    row.token_number += 1
