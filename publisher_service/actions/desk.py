"""What staff look at and do: deliveries, the outbox, mails that came back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.contracts.publisher import notices as wire
from kit.contracts.publisher.errors import DeliveryUnderWay, ValuesForgotten
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.jobs import enqueue
from publisher_service.actions.planning import task_of
from publisher_service.actions.reading import after, before
from publisher_service.models.notices import Delivery
from publisher_service.queries import deliveries, mails, people
from publisher_service.rules.kinds import KINDS
from publisher_service.rules.planning import Place, shortened
from publisher_service.rules.trying import OPEN


async def listed(
    session: AsyncSession, chosen: wire.DeliveryQuery, cursor: str | None, limit: int
) -> wire.Deliveries:
    rows = await deliveries.deliveries(session, chosen, before(cursor), limit + 1)
    items = [wire.DeliverySummary.model_validate(_shown(row)) for row in rows[:limit]]
    more = after(items[-1].id) if len(rows) > limit else None
    return wire.Deliveries(items=items, next_cursor=more)


async def see(session: AsyncSession, delivery_id: UUID) -> wire.Delivery:
    return _whole(await deliveries.delivery(session, delivery_id))


async def counts(session: AsyncSession) -> wire.DeliveryCounts:
    found = await deliveries.counts(session)
    return wire.DeliveryCounts(items=[
        wire.DeliveryCount(channel=channel, state=state, count=count)
        for channel, state, count in found
    ])  # fmt: skip


async def send_again(session: AsyncSession, delivery_id: UUID) -> wire.Delivery:
    """Queue a delivery that has ended once more; its address is believed to live again.

    It keeps its key, so a receiver that has it already shows it once.
    """
    found = await deliveries.delivery(session, delivery_id, lock=True)
    if found.state in OPEN:
        raise DeliveryUnderWay
    if {"link", "code"} & {*KINDS[found.kind].values} and not _has_link(found):
        raise ValuesForgotten
    await people.revive(session, [Place(ChannelName(found.channel), found.address)])
    found.state, found.error, found.due_at = DeliveryState.queued, None, None
    found.updated_at = clock.now()
    await session.flush()
    await enqueue(session, task_of(found.channel), {"delivery_id": str(found.id)})
    return _whole(found)


async def outbox(session: AsyncSession, cursor: str | None, limit: int) -> wire.Mails:
    rows = await mails.mails(session, before(cursor), limit + 1)
    items = [wire.MailSummary.model_validate(row) for row in rows[:limit]]
    more = after(items[-1].id) if len(rows) > limit else None
    return wire.Mails(items=items, next_cursor=more)


async def mail(session: AsyncSession, mail_id: UUID) -> wire.Mail:
    return wire.Mail.model_validate(await mails.mail(session, mail_id))


async def bounced(session: AsyncSession, bounce: wire.Bounce) -> None:
    """Note a mail that came back; nothing more is sent to an address that is gone for good."""
    at, reason = clock.now(), bounce.reason or "came back"
    await deliveries.bounce(session, bounce.email, bounce.message_id, reason, at)
    if bounce.is_permanent:
        row = {"channel": ChannelName.email, "address": bounce.email, "detail": reason, "at": at}
        await deliveries.note_dead(session, [row])


def _has_link(delivery: Delivery) -> bool:
    return delivery.notice.sealed is not None or "link" in delivery.notice.values


def _shown(row: Delivery) -> dict[str, object]:
    """Return what staff see of a delivery: its address is shortened."""
    names = wire.DeliverySummary.model_fields
    return {name: getattr(row, name) for name in names} | {"address": shortened(row.address)}


def _whole(row: Delivery) -> wire.Delivery:
    more = {"provider_id": row.provider_id, "attempts": row.attempts}
    return wire.Delivery.model_validate(_shown(row) | more)
