"""Where notices go: contacts, wishes and dead addresses become deliveries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.accounts import AccountState
from kit.contracts.accounts.client import AccountsClient
from kit.contracts.accounts.identity import Contact
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.db import new_id
from kit.jobs import enqueue, enqueue_many
from publisher_service.actions import spending
from publisher_service.actions.telling import URGENT, USUAL
from publisher_service.actions.tools import Tools
from publisher_service.models.notices import Delivery, Notice
from publisher_service.queries import deliveries, notices, people
from publisher_service.rules.kinds import KINDS, Kind
from publisher_service.rules.planning import Place, Planned, Wishes, plan, without
from publisher_service.rules.values import language

Contacts = Mapping[UUID, Contact]


async def contacts(client: AccountsClient, accounts: Sequence[UUID]) -> Contacts:
    """Return how to reach these accounts; those that are no more are left out."""
    if not accounts:
        return {}
    return {one.id: one for one in (await client.contacts(accounts)).items}


async def plan_one(session: AsyncSession, notice_id: UUID, known: Contacts, tools: Tools) -> None:
    """Plan a notice; planned again, nothing is added."""
    found = await notices.notices(session, [notice_id])
    await plan_many(session, found, known, tools)


async def plan_many(
    session: AsyncSession, found: Sequence[Notice], known: Contacts, tools: Tools
) -> None:
    """Plan these notices, and ask for their deliveries, all in the caller's transaction."""
    accounts = {one.account_id for one in found if one.account_id is not None}
    wishes = await people.wishes(session, accounts)
    other = {
        account: [place for place in some if place.channel in tools.channels]
        for account, some in (await people.places(session, accounts)).items()
    }
    wanted = {one.id: _places(one, known, other) for one in found}
    dead = await people.dead(session, (place for some in wanted.values() for place in some))
    at, rows = clock.now(), []
    for notice in found:
        kind = KINDS[notice.kind]
        places = wanted[notice.id] if _reaches_dead(kind) else without(wanted[notice.id], dead)
        if not kind.is_fixed:
            places = await _willing(session, places, notice)
        wish = wishes.get(notice.account_id, Wishes()) if notice.account_id else Wishes()
        contact = known.get(notice.account_id) if notice.account_id else None
        locale = language(notice.locale, contact.locale if contact else None)
        rows += [_row(notice, one, locale, at) for one in plan(kind, places, wish, at)]
    rows = await spending.within_daily(session, rows, tools.settings.phone_daily, at)
    await _ask(session, await deliveries.add(session, rows))


def _places(notice: Notice, known: Contacts, other: Mapping[UUID, Sequence[Place]]) -> list[Place]:
    """Return where somebody can be reached for this notice, wanted or not."""
    kind = KINDS[notice.kind]
    if notice.email is not None:
        return [Place(ChannelName.email, notice.email)]
    contact = known.get(notice.account_id) if notice.account_id else None
    if contact is None or (contact.state is not AccountState.active and not kind.is_fixed):
        return []
    found = [Place(ChannelName.email, contact.email)] if contact.email else []
    return [*found, *other.get(contact.id, ())]


def _reaches_dead(kind: Kind) -> bool:
    """Say whether a kind goes to addresses thought dead as well: somebody has just typed them."""
    return kind.name in {"account.verify_email", "account.email_change"}


async def _willing(session: AsyncSession, places: list[Place], notice: Notice) -> list[Place]:
    """Leave out addresses without an account that want no more of this kind."""
    if notice.account_id is not None or not places:
        return places
    emails = [place.address for place in places]
    gone = await people.unsubscribed(session, emails, notice.kind)
    return [place for place in places if place.address not in gone]


def _row(notice: Notice, planned: Planned, locale: str, at: datetime) -> dict[str, Any]:
    return {
        "id": new_id(),
        "notice_id": notice.id,
        "kind": notice.kind,
        "channel": planned.place.channel,
        "account_id": notice.account_id,
        "address": planned.place.address,
        "locale": locale,
        "state": DeliveryState.waiting if planned.due else DeliveryState.queued,
        "due_at": planned.due,
        "is_for_digest": planned.is_for_digest,
        "created_at": at,
        "updated_at": at,
    }


async def _ask(session: AsyncSession, planned: Sequence[Delivery]) -> None:
    """Enqueue what is due by itself: at once, or after the quiet hours."""
    now = clock.now()
    at_once: dict[tuple[str, int], list[UUID]] = {}
    for one in planned:
        if one.is_for_digest or one.state == DeliveryState.failed:
            continue
        if one.due_at is None:
            priority = URGENT if KINDS[one.kind].is_fixed else USUAL
            at_once.setdefault((task_of(one.channel), priority), []).append(one.id)
        else:
            seconds = max(0.0, (one.due_at - now).total_seconds())
            given = {"delivery_id": str(one.id)}
            await enqueue(session, task_of(one.channel), given, delay_seconds=seconds)
    for (task, priority), ids in at_once.items():
        many = [{"delivery_id": str(one)} for one in ids]
        await enqueue_many(session, task, many, priority=priority)


def task_of(channel: str) -> str:
    """Return the name of the task of this channel: one each, so that none waits for another."""
    return f"send_{channel}"
