"""The services that know something of people, asked alike: `/personal-data/{account_id}`."""

from typing import Any, TypeVar
from uuid import UUID

import orjson

from accounts_service.settings import Settings
from kit.client import ServiceClient
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.gateway import GatewayClient
from kit.contracts.payments.privacy import PaymentsPrivacyClient
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.tokens import TokensClient

Client = TypeVar("Client", bound=ServiceClient)
Clients = dict[type[ServiceClient], ServiceClient]


def siblings(settings: Settings, clients: Clients) -> list[ServiceClient]:
    """Return a client for each: the app's own where it has one, else one made once."""
    return [
        tokens(settings, clients),
        publisher(settings, clients),
        payments(settings, clients),
        _client(settings, clients, CatalogClient, settings.catalog_url),
        _client(settings, clients, GatewayClient, settings.gateway_url),
    ]


def tokens(settings: Settings, clients: Clients) -> TokensClient:
    return _client(settings, clients, TokensClient, settings.tokens_url)


def publisher(settings: Settings, clients: Clients) -> PublisherClient:
    return _client(settings, clients, PublisherClient, settings.publisher_url)


def payments(settings: Settings, clients: Clients) -> PaymentsPrivacyClient:
    return _client(settings, clients, PaymentsPrivacyClient, settings.payments_url)


async def personal_data(client: ServiceClient, account_id: UUID) -> dict[str, Any]:
    """Return what a service knows of a person, as it says it; raise Unavailable."""
    found = await client.send("GET", f"/personal-data/{account_id}")
    said: dict[str, Any] = orjson.loads(found.content)
    return said


async def forget(client: ServiceClient, account_id: UUID) -> None:
    """Have a service forget a person; doing it twice is doing it once."""
    await client.delete(f"/personal-data/{account_id}")


def _client(settings: Settings, clients: Clients, kind: type[Client], url: str) -> Client:
    known = clients.get(kind)
    if not isinstance(known, kind):
        known = clients[kind] = kind.at(settings, url)
    return known
