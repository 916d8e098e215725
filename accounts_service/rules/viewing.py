"""Who may watch what on an account, and when the way out asks for a PIN. Pure."""

from typing import Any, Final
from uuid import UUID

from accounts_service.models.profiles import ViewingProfile
from accounts_service.rules.attempts import Patience
from kit.contracts.accounts.profiles import (
    MOST_VIEWING_PROFILES,
    InChildProfile,
    TooManyViewingProfiles,
)

# Only who is signed in comes here, so a stranger cannot lock a family out.
PIN: Final = Patience(free=5, longest_seconds=900)


def pin_keys(account_id: UUID) -> dict[str, Patience]:
    """Return the counter that a try of the PIN touches."""
    return {f"viewing-pin:{account_id}": PIN}


def limit(profile: ViewingProfile | None) -> int | None:
    return profile.max_age if profile is not None else None


def is_wider(wanted: int | None, present: int | None) -> bool:
    """Say whether more may be seen under the one limit than under the other."""
    if present is None:
        return False
    return wanted is None or wanted > present


def check_grown(present: ViewingProfile | None) -> None:
    """Raise where a child watches: profiles and the PIN are for those without a limit."""
    if limit(present) is not None:
        raise InChildProfile


def check_room(present: int) -> None:
    if present >= MOST_VIEWING_PROFILES:
        raise TooManyViewingProfiles(most=MOST_VIEWING_PROFILES)


def claims(present: ViewingProfile | None) -> dict[str, Any]:
    """Return what the access token says of who watches."""
    if present is None:
        return {}
    limited = {} if present.max_age is None else {"max_age": present.max_age}
    return {"profile": str(present.id), **limited}
