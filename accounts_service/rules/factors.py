"""When a second factor is needed, and for how long somebody is believed. Pure."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from accounts_service.rules.attempts import Patience
from kit.contracts.accounts import Role
from kit.contracts.accounts.factors import Method

CEREMONY_LIFE: Final = timedelta(minutes=5)
SURE: Final = timedelta(minutes=10)
# A passkey asks for a PIN or a finger as well: it is two factors in one.
STRONG: Final = frozenset({Method.totp, Method.passkey, Method.recovery})
MUST_HAVE_ONE: Final = frozenset({Role.owner, Role.admin})
MOST_PASSKEYS: Final = 20

# Only who has shown a first factor comes here, so a stranger cannot lock the owner out: the
# account's counter may be strict. 96 guesses a day among a million codes, three right at a time.
CODES: Final = Patience(free=5, longest_seconds=900)


def is_strong(methods: Iterable[str]) -> bool:
    return not STRONG.isdisjoint(methods)


def must_have_one(roles: Collection[str], *, required: bool) -> bool:
    return required and not MUST_HAVE_ONE.isdisjoint(roles)


def may_only_enrol(roles: Collection[str], methods: Iterable[str], *, required: bool) -> bool:
    """Say whether this session was opened with less than its roles ask for."""
    return must_have_one(roles, required=required) and not is_strong(methods)


def is_sure(confirmed_at: datetime, at: datetime) -> bool:
    return at < confirmed_at + SURE


def patience(account_id: UUID) -> dict[str, Patience]:
    """Return the counter that a try at a second factor touches."""
    return {f"factor:{account_id}": CODES}


def normal_code(text: str) -> str:
    """Return a code as it is compared: people type spaces, hyphens and capitals."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())
