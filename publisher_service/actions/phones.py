"""Phone numbers: proven by a code before anything goes there, and reports of what arrived."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kit import clock
from kit.auth import Caller, derive_key, seal
from kit.contracts.publisher import channels as wire
from kit.contracts.publisher.channel_errors import (
    BadNumber,
    CountryNotServed,
    NoCodeWaiting,
    WrongCode,
)
from kit.contracts.publisher.notices import ChannelName, DeliveryState
from kit.errors import Unauthenticated
from kit.events import NOTICE
from kit.limits import Limiter
from publisher_service.actions import places as doing
from publisher_service.actions.reading import account_of
from publisher_service.actions.tools import Tools
from publisher_service.queries import deliveries, places
from publisher_service.rules import phones
from publisher_service.rules.kinds import CODE
from publisher_service.rules.planning import Place

MINUTES = 10
GUESSES = 5
# Whoever asks pays nothing, and whoever is rung up did not ask: few codes, for both.
PER_PERSON, PER_NUMBER = ("3/hour", "6/day"), ("3/hour", "5/day")


async def send_code(
    session: AsyncSession,
    tools: Tools,
    limiter: Limiter,
    caller: Caller,
    new: wire.PhoneNew,
    locale: str,
) -> wire.Waiting:
    """Send a code to a number; the one before it is of no use any more."""
    account = account_of(caller)
    doing.check_offered(tools, new.channel)
    number = _number(tools, new.number)
    for rule in PER_PERSON:
        await limiter.hit(rule, "codes", str(account))
    for rule in PER_NUMBER:
        await limiter.hit(rule, "numbers", number)
    await limiter.hit(tools.settings.phone_codes, "all codes")
    code, now = f"{secrets.randbelow(10**6):06}", clock.now()
    found = {
        "account_id": account, "channel": new.channel, "address": number, "created_at": now,
        "digest": _digest(tools, account, number, code),
        "expires_at": now + timedelta(minutes=MINUTES),
    }  # fmt: skip
    await places.begin(session, found)
    sealed = seal(tools.secret, NOTICE, {"code": code})
    to, values = Place(new.channel, number), {"minutes": MINUTES}
    await doing.tell_one(session, tools, account, to, CODE, values, sealed, locale)
    return wire.Waiting(channel=new.channel, number=number, expires_at=found["expires_at"])


async def confirm(
    session: AsyncSession, tools: Tools, caller: Caller, given: wire.PhoneCode
) -> wire.Place | None:
    """Make the number theirs, in place of another they had; None for a wrong code.

    A wrong one is counted, and that must be kept: whoever calls raises WrongCode after the commit.
    """
    account = account_of(caller)
    found = await places.waiting_for_update(session, account, given.channel, clock.now())
    if found is None:
        raise NoCodeWaiting
    if not hmac.compare_digest(found.digest, _digest(tools, account, found.address, given.code)):
        found.failures += 1
        if found.failures >= GUESSES:
            await session.delete(found)
        return None
    await session.delete(found)
    label = doing.named(found.address)
    place = await doing.connect(session, account, given.channel, found.address, label)
    await places.remove_others(session, place)
    return doing.shown(place)


def check_secret(tools: Tools, shown: str) -> None:
    """Raise Unauthenticated unless a report shows the secret of the settings."""
    wanted = tools.settings.phone_report_secret.get_secret_value()
    if not wanted or not hmac.compare_digest(wanted.encode(), shown.encode()):
        raise Unauthenticated("Reports must show PUBLISHER_PHONE_REPORT_SECRET.")


async def report(
    session: AsyncSession, tools: Tools, channel: ChannelName, told: Mapping[str, Any]
) -> None:
    """Note that a message did not arrive; whatever else is told changes nothing."""
    settings, now = tools.settings, clock.now()
    provider_id = phones.at(told, settings.phone_report_id)
    word = phones.at(told, settings.phone_report_status).lower()
    is_dead = word in _words(settings.phone_report_dead)
    if not provider_id or not (is_dead or word in _words(settings.phone_report_failed)):
        return
    found = await places.sent_as(session, channel, provider_id)
    if found is None:
        return
    if found.state in {DeliveryState.sent, DeliveryState.unsure}:
        found.state, found.error, found.updated_at = DeliveryState.bounced, word, now
    if is_dead:
        dead = {"channel": channel, "address": found.address, "detail": word, "at": now}
        await deliveries.note_dead(session, [dead])


def _number(tools: Tools, text: str) -> str:
    found = phones.number_of(text, tools.settings.phone_country)
    if found is None:
        raise BadNumber
    number, country = found
    if not phones.is_served(country, tools.settings.phone_countries):
        raise CountryNotServed
    return number


def _digest(tools: Tools, account: UUID, number: str, code: str) -> str:
    """Return what is kept of a code; who reads the database cannot try all of them."""
    key = derive_key(tools.secret, "phone codes")
    return hmac.new(key, f"{account} {number} {code}".encode(), hashlib.sha256).hexdigest()


def _words(text: str) -> set[str]:
    return {word.strip().lower() for word in text.split(",") if word.strip()}


__all__ = ["WrongCode", "check_secret", "confirm", "report", "send_code"]
