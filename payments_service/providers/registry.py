"""The providers there are, by the settings that name them: one line each."""

from collections.abc import Callable, Mapping

from kit.db import Database
from payments_service.providers.fedapay import fedapay
from payments_service.providers.mtn_momo import mtn_momo
from payments_service.providers.provider import Provider
from payments_service.providers.wave import wave
from payments_service.settings import Settings

Opening = Callable[[Settings], Provider | None]
# Each returns None where its settings are empty; the order is the one they are offered in.
RAILS: tuple[Opening, ...] = (fedapay, mtn_momo, wave)


def open_providers(settings: Settings, database: Database) -> Mapping[str, Provider]:
    """Return the configured providers by name; test money where none is, never in production."""
    found = [provider for rail in RAILS if (provider := rail(settings)) is not None]
    return {provider.name: provider for provider in found}
