"""What the deeds of payments_service work with: settings, providers, sellers, siblings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar, cast

from kit.client import ServiceClient
from kit.contracts.payments.errors import NotForSale, ProviderNotFound
from kit.db import Database
from payments_service.providers.provider import Provider
from payments_service.settings import Settings

if TYPE_CHECKING:  # sellers are given their tools
    from payments_service.actions.orders.sellers import Seller

Client = TypeVar("Client", bound=ServiceClient)


@dataclass
class Tools:
    """One per app, at `app.state.tools`; jobs find it as `job.state.tools`.

    `kept` is for what a deed keeps for a while: what works at a provider, a brand's logo …
    """

    settings: Settings
    database: Database
    providers: Mapping[str, Provider] = field(default_factory=dict)
    sellers: Mapping[str, "Seller"] = field(default_factory=dict)
    clients: Mapping[type[ServiceClient], ServiceClient] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def secret(self) -> str:
        return self.settings.suite_secret.get_secret_value()

    @property
    def brand(self) -> str:
        return self.settings.brand_name

    @property
    def home(self) -> str:
        """The portal, as people see it."""
        return self.settings.portal_public_url.rstrip("/")

    @property
    def here(self) -> str:
        """This service, as providers and payers see it."""
        return self.settings.public_url.rstrip("/")

    def client(self, kind: type[Client]) -> Client:
        """Return the app's client of that kind."""
        return cast(Client, self.clients[kind])

    def provider(self, name: str) -> Provider:
        """Return a provider by name; raise ProviderNotFound, also when it is not configured."""
        found = self.providers.get(name)
        if found is None:
            raise ProviderNotFound
        return found

    def seller(self, kind: str) -> "Seller":
        """Return who sells that kind of thing; raise NotForSale."""
        found = self.sellers.get(kind)
        if found is None:
            raise NotForSale
        return found
