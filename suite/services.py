"""The services of the suite: the one table of them that the launcher goes by."""

import importlib
from dataclasses import dataclass
from pathlib import Path

from kit.settings import ServiceSettings
from suite.errors import Stop

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Service:
    """`database`: its name in our PostgreSQL, if it has one; `url_name`: where others find it."""

    folder: str
    port: int
    database: str | None = None
    url_name: str | None = None
    is_public: bool = False

    @property
    def factory(self) -> str:
        return f"{self.folder}.app:create_app"

    @property
    def exists(self) -> bool:
        return (ROOT / self.folder / "app.py").is_file()

    @property
    def settings(self) -> type[ServiceSettings]:
        found: type[ServiceSettings]
        found = importlib.import_module(f"{self.folder}.settings").Settings
        return found

    @property
    def prefix(self) -> str:
        """Return what its own variables begin with, for example `CATALOG_`."""
        return str(self.settings.model_config.get("env_prefix", ""))


TABLE = (
    Service("accounts_service", 5066, "accounts", "ACCOUNTS_URL", is_public=True),
    Service("tokens_service", 5060, None, "TOKENS_URL"),
    Service("transcoder_service", 5063, "transcoder", "BUNNY_API_URL", is_public=True),
    Service("catalog_service", 5061, "catalog", "CATALOG_URL"),
    Service("publisher_service", 5058, "publisher", "PUBLISHER_URL"),
    Service("payments_service", 5064, "payments", "PAYMENTS_URL", is_public=True),
    Service("gateway", 5055, "gateway", "GATEWAY_URL", is_public=True),
    Service("sentinel", 5059, "sentinel", "SENTINEL_URL"),
    Service("public_interface", 5062, None, "PORTAL_URL", is_public=True),
    Service("admin_interface", 5000, None, "DASHBOARD_URL", is_public=True),
)


def all_services() -> list[Service]:
    return [service for service in TABLE if service.exists]


def find(folder: str) -> Service:
    """Return the service of that name; `_service` may be left out."""
    for service in all_services():
        if folder in {service.folder, service.folder.removesuffix("_service")}:
            return service
    names = ", ".join(service.folder for service in all_services())
    raise Stop(f"There is no service {folder}; there are {names}.")
