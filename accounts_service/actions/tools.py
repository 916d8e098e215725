"""What deeds need besides a session: settings, hashing, keys; and where a request came from."""

from dataclasses import dataclass
from datetime import timedelta

from accounts_service.providers.argon2 import Passwords
from accounts_service.providers.jose import Keys
from accounts_service.settings import Settings
from kit.auth import derive_key


@dataclass(frozen=True)
class Tools:
    passwords: Passwords
    keys: Keys
    refresh_key: bytes
    session_life: timedelta
    grace: timedelta
    key_life: timedelta
    link_life: timedelta

    @classmethod
    def of(cls, settings: Settings) -> "Tools":
        secret = settings.suite_secret.get_secret_value()
        return cls(
            passwords=Passwords(settings.hash_threads, settings.hash_waiting),
            keys=Keys(secret),
            refresh_key=derive_key(secret, "accounts refresh tokens"),
            session_life=timedelta(days=settings.session_days),
            grace=timedelta(seconds=settings.refresh_grace_seconds),
            key_life=timedelta(days=settings.key_days),
            link_life=timedelta(hours=settings.setup_link_hours),
        )


@dataclass(frozen=True)
class Origin:
    """Where somebody signs in from, as far as it can be known."""

    address: str
    device: str
