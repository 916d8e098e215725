"""The services that know something of people, asked alike: `/personal-data/{account_id}`."""

from typing import Any, ClassVar
from uuid import UUID

import orjson

from accounts_service.settings import Settings
from kit.client import ServiceClient

Clients = dict[type[ServiceClient], ServiceClient]


class _Tokens(ServiceClient):
    SERVICE: ClassVar[str] = "tokens_service"


class _Publisher(ServiceClient):
    SERVICE: ClassVar[str] = "publisher_service"


def siblings(settings: Settings, clients: Clients) -> list[ServiceClient]:
    """Return a client for each: the app's own where it has one, else one made once."""
    urls = {_Tokens: settings.tokens_url, _Publisher: settings.publisher_url}
    return [_client(settings, clients, kind, url) for kind, url in urls.items()]


async def personal_data(client: ServiceClient, account_id: UUID) -> dict[str, Any]:
    """Return what a service knows of a person, as it says it; raise Unavailable."""
    found = await client.send("GET", f"/personal-data/{account_id}")
    said: dict[str, Any] = orjson.loads(found.content)
    return said


async def forget(client: ServiceClient, account_id: UUID) -> None:
    """Have a service forget a person; doing it twice is doing it once."""
    await client.delete(f"/personal-data/{account_id}")


def _client(
    settings: Settings, clients: Clients, kind: type[ServiceClient], url: str
) -> ServiceClient:
    for known in clients.values():
        if known.SERVICE == kind.SERVICE:
            return known
    clients[kind] = kind.at(settings, url)
    return clients[kind]
