"""Everything admin_interface reads from its environment."""

from typing import ClassVar
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr

from kit.settings import WEAK, shared
from kit.site.settings import SiteSettings


class Settings(SiteSettings, env_prefix="ADMIN_"):
    SERVICE: ClassVar[str] = "admin_interface"

    port: int = Field(5000, description="the port to listen on")
    catalog_url: str = shared(
        "CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service, where films are"
    )
    tokens_url: str = shared(
        "TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service, which makes codes"
    )
    payments_url: str = shared(
        "PAYMENTS_URL", "http://127.0.0.1:5064", description="payments_service, for all money"
    )
    sentinel_public_url: str = shared(
        "SENTINEL_PUBLIC_URL", "http://127.0.0.1:5059", description="the health page, for a browser"
    )
    bunny_api_url: str = shared(
        "BUNNY_API_URL", "http://127.0.0.1:5063", description="the video library's API"
    )
    bunny_library_id: int = shared("BUNNY_LIBRARY_ID", 1, description="the video library's number")
    bunny_api_key: SecretStr = shared(
        "BUNNY_API_KEY", SecretStr(f"{WEAK}-api"), description="the library's AccessKey"
    )
    bunny_tus_url: str = shared(
        "BUNNY_TUS_URL",
        "http://127.0.0.1:5063/tusupload",
        description="where browsers upload films to, resumable",
    )
    upload_hours: int = Field(
        48, ge=1, le=720, description="how long an upload may take before it is signed anew"
    )
    timezone: ZoneInfo = shared(
        "STUDIO_TIMEZONE",
        ZoneInfo("Africa/Abidjan"),
        description="the studio's clock: publications are planned by it (an IANA name)",
    )
