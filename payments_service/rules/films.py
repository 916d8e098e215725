"""Who has a film, until when, and when it is given back."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from kit.contracts.catalog.films import Film
from kit.contracts.payments.shop import GrantKind, GrantState
from kit.contracts.payments.shop_errors import (
    RefundTooLate,
    RentalOver,
    WatchedAlready,
)
from payments_service.models.shop import Grant

FOR_GOOD = timedelta(days=36_500)  # tokens have an end, films that were bought have none


def names(film: Film) -> tuple[str, ...]:
    """Return what tokens call this film."""
    return tuple(sorted({str(film.id), film.video_guid or str(film.id)}))


def is_live(grant: Grant, at: datetime) -> bool:
    is_over = grant.expires_at is not None and grant.expires_at <= at
    return grant.state != GrantState.ended and not is_over


def best(grants: Iterable[Grant], at: datetime) -> Grant | None:
    """Return what opens the film now: one's own before a rental."""
    live = [grant for grant in grants if is_live(grant, at)]
    return min(live, key=lambda grant: grant.kind != GrantKind.own, default=None)


def begin(grant: Grant, at: datetime) -> bool:
    """Note the first play; a rental runs from then on. Return whether it was the first.

    Raise RentalOver when there is nothing left to watch.
    """
    if not is_live(grant, at):
        raise RentalOver
    if grant.started_at is not None:
        return False
    grant.started_at = at
    if grant.finish_within_hours is not None:
        grant.expires_at = at + timedelta(hours=grant.finish_within_hours)
    return True


def end(grant: Grant, at: datetime) -> None:
    """Take it back. Whether a token was made for it may be unknown: then one is looked for."""
    if grant.state != GrantState.ended:
        grant.state = GrantState.ended
        grant.ended_at = at
        grant.is_open = True


def reopen(grant: Grant, at: datetime) -> bool:
    """Give it again, as it was; return whether there was anything left of it."""
    if grant.expires_at is not None and grant.expires_at <= at:
        grant.ended_at = grant.expires_at
        return False
    grant.state = GrantState.given  # its token has to be opened again
    grant.ended_at = None
    return True


def is_past(grant: Grant, at: datetime) -> bool:
    """Say whether the token that was made for it, if there is one, has ended by itself."""
    return grant.told_until is not None and grant.told_until <= at


def refundable_until(grant: Grant, hours: int) -> datetime | None:
    """Return until when its coins come back; None when they do not."""
    is_asked = grant.spend_id is not None and grant.state != GrantState.ended
    if not is_asked or grant.started_at is not None:
        return None
    return grant.created_at + timedelta(hours=hours)


def check_refund(grants: Iterable[Grant], hours: int, at: datetime) -> None:
    """Raise WatchedAlready, RefundTooLate; what came together goes back together."""
    for grant in grants:
        if grant.started_at is not None:
            raise WatchedAlready
        until = refundable_until(grant, hours)
        if until is None or until <= at:
            raise RefundTooLate(until=until.isoformat() if until else None)
