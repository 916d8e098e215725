"""All providers this installation offers, by name."""

from collections.abc import Iterable
from typing import Self

import httpx

from accounts_service.providers.facebook import Facebook
from accounts_service.providers.oidc import Oidc, Provider
from accounts_service.settings import ProviderSettings
from kit.client import open_http
from kit.contracts.accounts.factors import ProviderUnknown


class Providers:
    """They share one HTTP client, which connects to nobody before somebody asks."""

    def __init__(self, known: dict[str, Provider], http: httpx.AsyncClient) -> None:
        self.known = known
        self.http = http

    @classmethod
    def of(cls, chosen: Iterable[ProviderSettings]) -> Self:
        known: dict[str, Provider] = {
            one.name: Facebook(one) if one.kind == "facebook" else Oidc(one) for one in chosen
        }
        return cls(known, open_http(""))

    def find(self, name: str) -> Provider:
        if name not in self.known:
            raise ProviderUnknown
        return self.known[name]

    @property
    def labels(self) -> dict[str, str]:
        return {name: one.settings.label_shown for name, one in self.known.items()}

    async def close(self) -> None:
        await self.http.aclose()
