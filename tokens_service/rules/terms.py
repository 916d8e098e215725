"""How long a token lives, what it comes to now, and which request asked for it."""

import hashlib
import unicodedata
from datetime import datetime, timedelta

from kit.contracts.tokens import LifetimePast, Terms, TokenState
from tokens_service.models import TokenRow


def expiry(terms: Terms, default_days: int, at: datetime) -> datetime:
    if terms.expires_at is None:
        return at + timedelta(days=terms.duration_days or default_days)
    check_lifetime(terms.expires_at, at)
    return terms.expires_at


def check_lifetime(expires_at: datetime, at: datetime) -> None:
    if expires_at <= at:
        raise LifetimePast


def state(token: TokenRow, at: datetime) -> TokenState:
    if token.revoked_at is not None:
        return TokenState.revoked
    return TokenState.active if at < token.expires_at else TokenState.expired


def fingerprint(terms: Terms) -> str:
    """Return a mark of what was asked for, so that a key used for something else is noticed."""
    asked = terms.model_dump_json(exclude={"key"})
    return hashlib.sha256(asked.encode()).hexdigest()


def searchable(*texts: str) -> str:
    """Return texts as they are searched: no capitals, no accents."""
    plain = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))
