"""Trials: one for each person, whatever account they come with next."""

import hashlib
import hmac
import logging
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit.auth import derive_key
from kit.clock import now
from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.identity import Contact
from kit.contracts.payments import subscriptions as wire
from kit.contracts.payments.errors import (
    PlanNotOnSale,
    SubscribedAlready,
    TrialNotOffered,
    TrialUsed,
)
from kit.contracts.payments.subscriptions import PeriodKind
from kit.errors import AppError
from payments_service.actions.subscriptions import keeping, plans, showing, standing
from payments_service.actions.tools import Tools
from payments_service.models.subscriptions import Subscription, SubscriptionPeriod, Trial
from payments_service.queries import subscriptions
from payments_service.rules import subscriptions as rules
from payments_service.rules.mailboxes import mailbox
from payments_service.rules.subscriptions import State

PURPOSE = "trial-person"
logger = logging.getLogger(__name__)


async def begin_trial(
    session: AsyncSession, tools: Tools, account_id: UUID, plan_id: UUID
) -> wire.Subscription:
    """Let somebody try a plan, once in their life; raise TrialUsed, SubscribedAlready."""
    contact = await _contact(tools, account_id)
    at = now()
    await subscriptions.lock_account(session, account_id)
    row = await subscriptions.alive_for_update(session, account_id)
    if row is not None and standing.of(row, at).state is not State.expired:
        if row.is_trial and row.plan_id == plan_id:
            return showing.shown(row, at)
        raise SubscribedAlready
    persons = _persons(tools, account_id, contact)
    is_known = await subscriptions.last(session, account_id) is not None
    if is_known or await subscriptions.has_tried(session, persons):
        raise TrialUsed
    found = await plans.priced(session, plan_id, contact.country if contact else None)
    if not found.plan.is_on_sale:
        raise PlanNotOnSale
    if not found.plan.trial_days:
        raise TrialNotOffered
    row = await _try(session, account_id, found, contact, at)
    session.add_all(Trial(person=one, subscription_id=row.id, at=at) for one in persons)
    await keeping.moved(session, tools, row)
    return showing.shown(row, at)


def _persons(tools: Tools, account_id: UUID, contact: Contact | None) -> list[str]:
    """Return the names one person goes by: the account, and the digest of their mailbox."""
    found = [f"account:{account_id}"]
    if contact is not None and contact.email:
        key = derive_key(tools.secret, PURPOSE)
        digest = hmac.digest(key, mailbox(contact.email).encode(), hashlib.sha256)
        found.append(f"mailbox:{digest.hex()}")
    return found


async def _contact(tools: Tools, account_id: UUID) -> Contact | None:
    """Return how to reach somebody; without it, the account alone says who they are."""
    try:
        found = await tools.client(AccountsClient).contacts([account_id])
    except AppError:
        logger.warning("nobody says who begins a trial", extra={"account_id": str(account_id)})
        return None
    return next(iter(found.items), None)


async def _try(
    session: AsyncSession,
    account_id: UUID,
    found: plans.Priced,
    contact: Contact | None,
    at: datetime,
) -> Subscription:
    plan = found.plan
    one = rules.tried(standing.terms_of(plan, 0), plan.trial_days, at)
    country, locale = (contact.country or "", contact.locale) if contact else ("", "fr")
    new = keeping.NewSubscription(
        account_id, plan, found.price.amount, found.price.currency, country, locale,
        f"trial:{account_id}",
    )  # fmt: skip
    row = await keeping.add(session, new, one, at)
    session.add(
        SubscriptionPeriod(
            subscription_id=row.id, plan_id=plan.id, kind=PeriodKind.trial, order_id=None,
            starts_at=one.period_start, ends_at=one.period_start + timedelta(days=plan.trial_days),
            amount=0, currency=found.price.currency, created_at=at,
        )
    )  # fmt: skip
    return row
