"""Where somebody is reached: listed, a device added, one removed, one tried out."""

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller
from kit.contracts.publisher import channels as wire
from kit.contracts.publisher.channel_errors import (
    BadSubscription,
    ChannelNotOffered,
    TooManyPlaces,
)
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.db import new_id
from kit.jobs import enqueue
from kit.limits import Limiter
from publisher_service.actions import spending
from publisher_service.actions.planning import task_of
from publisher_service.actions.reading import account_of
from publisher_service.actions.telling import URGENT
from publisher_service.actions.tools import Tools
from publisher_service.models.people import Address
from publisher_service.providers.web_push import Push
from publisher_service.queries import deliveries, notices, people, places
from publisher_service.rules import phones, push
from publisher_service.rules.addresses import host_of
from publisher_service.rules.kinds import TRIAL
from publisher_service.rules.planning import Place, shortened

DEVICES = 20
TRIALS = "6/hour"
KINDS_OF_PHONE = (ChannelName.sms, ChannelName.whatsapp)


async def listed(session: AsyncSession, tools: Tools, caller: Caller) -> wire.Channels:
    account = account_of(caller)
    offered = tools.channels
    vapid = offered.get(ChannelName.web_push)
    return wire.Channels(
        offered=[name for name in ChannelName if name in offered],
        push_key=vapid.public if isinstance(vapid, Push) else None,
        telegram_bot=tools.settings.telegram_username or None
        if ChannelName.telegram in offered
        else None,
        items=[shown(each) for each in await places.places(session, account)],
        waiting=[
            wire.Waiting.model_validate(
                {"channel": one.channel, "number": one.address, "expires_at": one.expires_at}
            )
            for one in await places.waiting(session, account, clock.now())
            if one.channel in KINDS_OF_PHONE
        ],
    )


def shown(row: Address) -> wire.Place:
    """Return a place as its person sees it: enough to know it by."""
    return wire.Place(
        id=row.id,
        channel=ChannelName(row.channel),
        label=row.label,
        address=shortened(row.address),
        since=row.created_at,
    )


def check_offered(tools: Tools, channel: ChannelName) -> None:
    if channel not in tools.channels:
        raise ChannelNotOffered


async def add_device(
    session: AsyncSession, tools: Tools, caller: Caller, new: wire.PushNew
) -> wire.Place:
    """Let a browser be told. It knows its own address: whoever it was of, now it is theirs."""
    account = account_of(caller)
    check_offered(tools, ChannelName.web_push)
    is_anywhere = tools.settings.private_push
    if host_of(new.endpoint, is_anything_allowed=is_anywhere) is None:
        raise BadSubscription
    if not push.are_usable(new.keys):
        raise BadSubscription
    await places.only_one(session, "devices", account)
    mine = [
        one
        for one in await places.places(session, account)
        if one.channel == ChannelName.web_push and one.address != new.endpoint
    ]
    if len(mine) >= DEVICES:
        raise TooManyPlaces
    return shown(
        await connect(
            session, account, ChannelName.web_push, new.endpoint, new.label, new.keys.model_dump()
        )
    )


async def connect(
    session: AsyncSession,
    account: UUID,
    channel: ChannelName,
    address: str,
    label: str,
    details: dict[str, Any] | None = None,
) -> Address:
    """Note that an account is reached there: it has just been proven, so it lives as well."""
    now = clock.now()
    row = {
        "account_id": account, "channel": channel, "address": address, "label": label,
        "details": details or {}, "created_at": now, "verified_at": now,
    }  # fmt: skip
    await people.revive(session, [Place(channel, address)])
    return await places.add(session, row)


async def remove(session: AsyncSession, caller: Caller, place_id: UUID) -> None:
    """Forget a place; what is on its way there is not sent any more."""
    await session.delete(await places.place(session, account_of(caller), place_id))


async def try_out(
    session: AsyncSession, tools: Tools, limiter: Limiter, caller: Caller, place_id: UUID
) -> None:
    """Send a trial notice to one place alone."""
    account = account_of(caller)
    found = await places.place(session, account, place_id)
    check_offered(tools, ChannelName(found.channel))
    await limiter.hit(TRIALS, "trials", str(account))
    address = Place(ChannelName(found.channel), found.address)
    await tell_one(
        session, tools, account, address, TRIAL, {"url": f"{tools.home}/account/notices"}
    )


async def tell_one(
    session: AsyncSession,
    tools: Tools,
    account: UUID,
    place: Place,
    kind: str,
    values: dict[str, Any],
    sealed: str | None = None,
    locale: str | None = None,
) -> None:
    """Send a notice to one place, whatever the person chose; it stands in no centre."""
    now = clock.now()
    notice: dict[str, Any] = {
        "id": new_id(), "at": now, "received_at": now, "kind": kind, "account_id": account,
        "email": None, "locale": locale, "values": values, "sealed": sealed, "is_in_app": False,
    }  # fmt: skip
    row: dict[str, Any] = {
        "id": new_id(), "notice_id": notice["id"], "kind": kind, "channel": place.channel,
        "account_id": account, "address": place.address, "locale": locale or "fr",
        "state": DeliveryState.queued, "due_at": None, "is_for_digest": False,
        "created_at": now, "updated_at": now,
    }  # fmt: skip
    await notices.add(session, [notice])
    daily = tools.settings.phone_daily
    rows = [row] if sealed else await spending.within_daily(session, [row], daily, now)
    for each in await deliveries.add(session, rows):
        if each.state == DeliveryState.queued:
            given = {"delivery_id": str(each.id)}
            await enqueue(session, task_of(place.channel), given, priority=URGENT)


def named(number: str) -> str:
    """Return a label for a number that tells its person which it is, and others little."""
    whole = phones.shown(number)
    return f"{whole[:4].strip()} … {whole[-2:]}"
