"""What making and showing tokens needs: the store, the keys, the brand's prefix."""

from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag

from kit import clock
from kit.contracts.tokens import Token
from tokens_service.models import Store, TokenRow
from tokens_service.rules import terms
from tokens_service.rules.keys import Keys


@dataclass(frozen=True)
class Issuer:
    store: Store
    keys: Keys
    prefix: str
    default_days: int


def code_of(keys: Keys, row: TokenRow) -> str:
    """Return a token's code; "" when the key that sealed it is gone."""
    key = keys.by_id(row.key_id)
    try:
        return key.open(row.sealed, row.id) if key else ""
    except InvalidTag:
        return ""


def long_token(keys: Keys, row: TokenRow, code: str) -> str:
    return keys.current.long_token(code, int(row.created_at.timestamp())) if code else ""


def shown(keys: Keys, row: TokenRow) -> Token:
    """Return a token as its keepers see it."""
    code = code_of(keys, row)
    return Token(
        id=row.id,
        code=code,
        token=long_token(keys, row, code),
        access_level=row.access_level,
        video_id=row.video_id,
        title=row.title,
        label=row.label,
        state=terms.state(row, clock.now()),
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        max_devices=row.max_devices,
        devices=row.devices,
        batch_id=row.batch_id,
        account_id=row.account_id,
        linked_at=row.linked_at,
    )


def target(token_id: UUID) -> str:
    """Return how the audit log names a token."""
    return f"token:{token_id}"
