"""The studio's clock: its zone, what people call it, and what has not yet come there."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel import dates
from fastapi import Request

from admin_interface.pages.desk import words
from kit.clock import now
from kit.errors import Invalid

GRACE = timedelta(minutes=5)


class Past(Invalid):
    """This moment is over."""


def zone_of(request: Request) -> ZoneInfo:
    zone: ZoneInfo = request.app.state.settings.timezone
    return zone


def zone_place(request: Request) -> str:
    """Return the city whose clock this is, in the language of whoever reads."""
    locale = words(request).code
    return str(dates.get_timezone_location(zone_of(request), locale=locale, return_city=True))


def check_future(at: datetime | None) -> None:
    """Raise Past; a form may have lain open for a few minutes."""
    if at is not None and at < now() - GRACE:
        raise Past
