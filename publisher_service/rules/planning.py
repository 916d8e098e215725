"""Where one notice goes, and when. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from kit.contracts.publisher.notices import ChannelName
from publisher_service.rules.kinds import DIGESTED, Kind, may_come

DEFAULT_ZONE = "Africa/Abidjan"
DIGEST_HOUR = 18
FRIDAY = 4


@dataclass(frozen=True)
class Wishes:
    """How one person wants to be told; without an account there are none."""

    chosen: Mapping[tuple[str, ChannelName], bool] = field(default_factory=dict)
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: str = DEFAULT_ZONE
    digest: str = "none"


@dataclass(frozen=True)
class Place:
    channel: ChannelName
    address: str


@dataclass(frozen=True)
class Planned:
    """`due`: not before then. `is_for_digest`: not by itself, but in the digest of that moment."""

    place: Place
    due: datetime | None = None
    is_for_digest: bool = False


def plan(kind: Kind, places: Iterable[Place], wishes: Wishes, at: datetime) -> list[Planned]:
    """Return where the notice goes, of the places where this person can be reached."""
    found = []
    for place in places:
        if not may_come(kind, place.channel, wishes.chosen.get((kind.name, place.channel))):
            continue
        found.append(_planned(kind, place, wishes, at))
    return found


def _planned(kind: Kind, place: Place, wishes: Wishes, at: datetime) -> Planned:
    if kind.is_fixed:
        return Planned(place)
    is_mail = place.channel is ChannelName.email
    if is_mail and kind.group == DIGESTED and wishes.digest != "none" and kind.is_shown:
        return Planned(place, digest_at(wishes, at), is_for_digest=True)
    return Planned(place, quiet_end(wishes, at))


def quiet_end(wishes: Wishes, at: datetime) -> datetime | None:
    """Return when the quiet hours around `at` end; None when it is not quiet."""
    start, end = wishes.quiet_from, wishes.quiet_until
    if start is None or end is None or start == end:
        return None
    local = at.astimezone(zone_of(wishes.zone))
    now = local.time()
    if start < end:
        if not start <= now < end:
            return None
        day = local.date()
    else:  # over midnight
        if end <= now < start:
            return None
        day = local.date() + timedelta(days=1 if now >= start else 0)
    return datetime.combine(day, end, local.tzinfo).astimezone(UTC)


def digest_at(wishes: Wishes, at: datetime) -> datetime:
    """Return the moment of the next digest: six in the evening, weekly ones on Friday."""
    local = at.astimezone(zone_of(wishes.zone))
    day = local.date()
    if local.time() >= time(DIGEST_HOUR):
        day += timedelta(days=1)
    if wishes.digest == "weekly":
        day += timedelta(days=(FRIDAY - day.weekday()) % 7)
    return datetime.combine(day, time(DIGEST_HOUR), local.tzinfo).astimezone(UTC)


def zone_of(name: str) -> ZoneInfo:
    """Return the zone of that IANA name, or Abidjan's."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(DEFAULT_ZONE)


def shortened(address: str) -> str:
    """Return an address as staff may see it: `a…@example.com`, `…4512`."""
    name, at, domain = address.rpartition("@")
    if at:
        return f"{name[:1]}…@{domain}"
    return f"…{address[-4:]}" if len(address) > 4 else "…"


def without(places: Sequence[Place], dead: Iterable[Place]) -> list[Place]:
    gone = set(dead)
    return [place for place in places if place not in gone]
