"""What deeds need besides a session: settings, hashing, keys; and where a request came from."""

from dataclasses import dataclass, field
from datetime import timedelta

from accounts_service.providers.argon2 import CHEAP, HASHER, Passwords
from accounts_service.providers.breached import Breached
from accounts_service.providers.jose import Keys
from accounts_service.providers.places import Places
from accounts_service.providers.sign_in_with import Providers
from accounts_service.providers.webauthn import Passkeys
from accounts_service.rules.passwords import check_password
from accounts_service.rules.refreshing import Life
from accounts_service.settings import Settings
from kit.auth import derive_key


@dataclass(frozen=True)
class Tools:
    passwords: Passwords
    breached: Breached
    places: Places
    keys: Keys
    refresh_key: bytes
    session_life: Life
    grace: timedelta
    key_life: timedelta
    link_life: timedelta
    invitation_life: timedelta
    portal_url: str
    deletion_days: int
    export_days: int
    brand: str
    staff_must_have_second_factor: bool
    passkeys: Passkeys
    providers: Providers
    front_ends: dict[str, str]
    secret: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Tools":
        secret = settings.suite_secret.get_secret_value()
        hasher = CHEAP if settings.environment == "test" else HASHER
        return cls(
            passwords=Passwords(settings.hash_threads, settings.hash_waiting, hasher),
            breached=Breached(settings.breached_file),
            places=Places(settings.places_file),
            keys=Keys(secret),
            refresh_key=derive_key(secret, "accounts refresh tokens"),
            session_life=Life(
                timedelta(days=settings.session_days),
                timedelta(days=settings.session_longest_days),
                timedelta(hours=settings.staff_session_hours),
            ),
            grace=timedelta(seconds=settings.refresh_grace_seconds),
            key_life=timedelta(days=settings.key_days),
            link_life=timedelta(hours=settings.setup_link_hours),
            secret=secret,
            brand=settings.brand_name,
            passkeys=Passkeys.of(
                settings.passkey_domain,
                (settings.portal_public_url, settings.dashboard_public_url),
                settings.brand_name,
            ),
            providers=Providers.of(settings.chosen_providers),
            front_ends={
                "portal": settings.portal_public_url.rstrip("/"),
                "dashboard": settings.dashboard_public_url.rstrip("/"),
            },
            staff_must_have_second_factor=settings.staff_must_have_second_factor,
            invitation_life=timedelta(days=settings.invitation_days),
            portal_url=settings.portal_public_url.rstrip("/"),
            deletion_days=settings.deletion_days,
            export_days=settings.export_days,
        )

    async def check_password(self, password: str, email: str, name: str) -> None:
        """Raise WeakPassword for one that a guesser tries early, or that has leaked."""
        check_password(password, email, name)
        await self.breached.check(password)

    def close(self) -> None:
        self.passwords.close()
        self.places.close()


@dataclass(frozen=True)
class Origin:
    """Where somebody signs in from, as far as it can be known."""

    address: str
    device: str
