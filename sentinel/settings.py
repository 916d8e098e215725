"""Everything sentinel reads from its environment."""

from pathlib import Path
from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator
from pydantic_settings import SettingsConfigDict

from kit.settings import shared
from kit.site.settings import SiteSettings

LIBRARY = "transcoder_service"


class Settings(SiteSettings):
    SERVICE: ClassVar[str] = "sentinel"
    model_config = SettingsConfigDict(env_prefix="SENTINEL_")

    port: int = Field(5059, description="the port to listen on")
    tokens_url: str = shared(
        "TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service, for codes"
    )
    catalog_url: str = shared(
        "CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service, for films"
    )
    payments_url: str = shared(
        "PAYMENTS_URL", "http://127.0.0.1:5064", description="payments_service"
    )
    bunny_api_url: str = shared(
        "BUNNY_API_URL", "http://127.0.0.1:5063", description="the video library's address"
    )
    portal_url: str = shared(
        "PORTAL_URL", "http://127.0.0.1:5062", description="the portal, as services reach it"
    )
    dashboard_url: str = shared(
        "DASHBOARD_URL", "http://127.0.0.1:5000", description="the dashboard, likewise"
    )
    karangou_data: str = shared(
        "KARANGOU_DATA", "", description="the data folder, whose disk is watched"
    )
    targets: str = Field(
        "",
        description="what to watch instead of all services: name=url, separated by commas",
    )
    folders: str = Field("", description="folders whose disks are watched, separated by commas")
    public: bool = Field(
        False,
        description="show details to everyone; else to private networks and administrators only",
    )
    interval_seconds: float = Field(10, gt=0, description="how often everything is looked at")
    hurry_seconds: float = Field(2, gt=0, description="how soon again when something looks new")
    deadline_seconds: float = Field(4, gt=0, description="how long an answer may take")
    settling_seconds: float = Field(
        20, ge=0, description="how long after its own start sentinel believes no failure"
    )
    late_seconds: float = Field(300, gt=0, description="a job that waits longer is late")
    slow_ms: float = Field(1500, gt=0, description="a service that takes longer to answer is slow")
    history_days: int = Field(90, ge=1, description="how long changes are kept")

    @model_validator(mode="after")
    def check_targets(self) -> Self:
        for name, url in self.watched_urls.items():
            if not name.isidentifier() or urlsplit(url).scheme not in {"http", "https"}:
                raise ValueError(f"SENTINEL_TARGETS: {name}={url} is not name=http://…")
        return self

    @property
    def watched_urls(self) -> dict[str, str]:
        """Return where each service is, by its name."""
        if self.targets:
            pairs = (pair.partition("=") for pair in self.targets.split(","))
            return {name.strip(): url.strip() for name, _, url in pairs}
        library = {} if _is_bunnys(self.bunny_api_url) else {LIBRARY: self.bunny_api_url}
        return {
            "public_interface": self.portal_url,
            "admin_interface": self.dashboard_url,
            "accounts_service": self.accounts_url,
            "tokens_service": self.tokens_url,
            "catalog_service": self.catalog_url,
            "publisher_service": self.publisher_url,
            "payments_service": self.payments_url,
            **library,
            "gateway": self.gateway_url,
        }

    @property
    def watched_folders(self) -> list[Path]:
        chosen = self.folders or self.karangou_data or "."
        return [Path(one.strip()) for one in chosen.split(",") if one.strip()]


def _is_bunnys(url: str) -> bool:
    """Say whether this is Bunny's own cloud, which knows no `/ready`."""
    host = urlsplit(url).hostname or ""
    return host == "bunny.net" or host.endswith((".bunny.net", ".bunnycdn.com"))
