"""The providers there are, by the settings that name them: one line each."""

from collections.abc import Callable, Mapping

from kit.db import Database
from payments_service.providers.cinetpay import cinetpay
from payments_service.providers.fedapay import fedapay
from payments_service.providers.mtn_momo import mtn_momo
from payments_service.providers.offline import OFFLINE
from payments_service.providers.paydunya import paydunya
from payments_service.providers.paypal import paypal
from payments_service.providers.provider import Provider
from payments_service.providers.sandbox import Sandbox
from payments_service.providers.stripe import stripe
from payments_service.providers.wave import wave
from payments_service.settings import Settings

Opening = Callable[[Settings], Provider | None]
# Each returns None where its settings are empty; the order is the one they are offered in.
RAILS: tuple[Opening, ...] = (fedapay, mtn_momo, wave, cinetpay, paydunya, stripe, paypal)


def open_providers(settings: Settings, database: Database) -> Mapping[str, Provider]:
    """Return the configured providers by name; test money where none is, never in production.

    Raise ValueError where one is configured for test money in production: somebody would be given
    what nobody paid for.
    """
    found = rails(settings)
    if _is_sandbox_wanted(settings, is_alone=not found):
        page = f"{settings.public_url.rstrip('/')}/sandbox/checkout"
        found.append(Sandbox(database, page, settings.suite_secret.get_secret_value()))
    return {provider.name: provider for provider in (*found, *OFFLINE)}


def rails(settings: Settings) -> list[Provider]:
    """Return the third parties that are configured. Raise ValueError as `open_providers` does."""
    found = [provider for rail in RAILS if (provider := rail(settings)) is not None]
    test = sorted(each.name for each in found if each.is_test)
    if test and settings.environment == "production":
        raise ValueError(f"{', '.join(test)}: keys or addresses of test money, in production")
    return found


def _is_sandbox_wanted(settings: Settings, *, is_alone: bool) -> bool:
    """Say whether test money pays. In production it never does: the settings refuse it."""
    if settings.environment == "production":
        return False
    return is_alone if settings.sandbox is None else settings.sandbox
