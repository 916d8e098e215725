"""What may become of a film."""

import re
from collections.abc import Collection
from datetime import datetime
from itertools import count

from catalog_service.models.films import Film
from catalog_service.rules.search import plain
from kit.contracts.catalog.errors import (
    EntitlementNeeded,
    NotYetPlayable,
    OpeningMissing,
    PriceMissing,
    RailWithoutReference,
    WindowClosesFirst,
)
from kit.contracts.catalog.shelves import RailKind
from kit.contracts.catalog.words import AccessLevel, FilmStatus, VideoState
from kit.contracts.tokens import Verification

PLAYABLE = frozenset({VideoState.playable, VideoState.ready})
SHOWN = frozenset({FilmStatus.published, FilmStatus.scheduled})
MAX_SLUG = 100


def slug(title: str, fallback: str = "film") -> str:
    """Return `title` as an address: ascii letters, digits, single dashes."""
    found = re.sub(r"[^a-z0-9]+", "-", plain(title)).strip("-")[:MAX_SLUG].strip("-")
    return found or fallback


def free_slug(wanted: str, taken: Collection[str]) -> str:
    """Return `wanted`, or `wanted-2`, `wanted-3`… when it is taken."""
    if wanted not in taken:
        return wanted
    return next(f"{wanted}-{n}" for n in count(2) if f"{wanted}-{n}" not in taken)


def is_shown(film: Film, at: datetime) -> bool:
    """Say whether the public sees the film at that moment. The SQL twin is derived.py's CARDS."""
    return (
        film.status in SHOWN
        and (film.opens_at is None or film.opens_at <= at)
        and (film.closes_at is None or film.closes_at > at)
    )


def is_playable(film: Film) -> bool:
    return film.video_guid is not None and film.video_state in PLAYABLE


def check_film(film: Film) -> None:
    """Raise when what is said about the film contradicts itself."""
    if film.access_level == AccessLevel.ppv and (not film.price_amount or not film.currency):
        raise PriceMissing
    if film.opens_at and film.closes_at and film.closes_at <= film.opens_at:
        raise WindowClosesFirst
    if film.status == FilmStatus.scheduled and film.opens_at is None:
        raise OpeningMissing


def check_publication(film: Film) -> None:
    if not is_playable(film):
        raise NotYetPlayable(video_state=film.video_state)


def status_at(film: Film, at: datetime) -> FilmStatus:
    """Return the status the clock gives a shown film: open, still scheduled, or over."""
    if film.closes_at is not None and film.closes_at <= at:
        return FilmStatus.withdrawn
    if film.opens_at is not None and film.opens_at > at:
        return FilmStatus.scheduled
    return FilmStatus.published


def check_entitlement(film: Film, verified: Verification | None) -> None:
    """Raise unless this token opens this film; `verified` is None where none was shown.

    A VIP token opens VIP films and no PPV film; a PPV token opens its one film, nothing else.
    """
    if film.access_level == AccessLevel.public:
        return
    reason = _refusal(film, verified)
    if reason:
        raise EntitlementNeeded(
            access_level=film.access_level,
            price_amount=film.price_amount,
            currency=film.currency,
            reason=reason,
        )


def _refusal(film: Film, verified: Verification | None) -> str | None:
    if verified is None:
        return "no_token"
    if not verified.ok:
        return verified.reason or "not_valid"
    if verified.access_level is None or verified.access_level.value != film.access_level:
        return "wrong_level"
    if film.access_level == AccessLevel.ppv and verified.video_id not in names(film):
        return "other_film"
    return None


def names(film: Film) -> frozenset[str]:
    """Return what a pay-per-view token may call this film."""
    return frozenset(str(name) for name in (film.id, film.video_guid) if name)


def check_rail(kind: RailKind, reference: str) -> None:
    """Raise when a rail's rule does not say which films."""
    if kind in {RailKind.category, RailKind.tag, RailKind.series} and not reference:
        raise RailWithoutReference
    if kind == RailKind.access_level and reference not in set(AccessLevel):
        raise RailWithoutReference
