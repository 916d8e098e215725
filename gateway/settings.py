"""Everything the gateway reads from its environment."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from kit.settings import WEAK, ServiceSettings, shared


class Settings(ServiceSettings):
    SERVICE: ClassVar[str] = "gateway"
    model_config = SettingsConfigDict(env_prefix="GATEWAY_")

    port: int = Field(5055, description="the port to listen on")
    poll_seconds: float = Field(
        2, gt=0, description="how soon the library is asked again how far a film is"
    )
    patience_days: int = Field(
        7, ge=1, description="a film whose video is not there after so long has failed"
    )
    kept_days: int = Field(90, ge=1, description="jobs that ended so long ago are forgotten")

    catalog_url: str = shared("CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service")
    payments_url: str = shared(
        "PAYMENTS_URL", "http://127.0.0.1:5064", description="payments_service"
    )
    tokens_url: str = shared("TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service")
    sentinel_url: str = shared("SENTINEL_URL", "http://127.0.0.1:5059", description="sentinel")
    portal_public_url: str = shared(
        "PORTAL_PUBLIC_URL",
        "http://127.0.0.1:5062",
        description="how people reach public_interface; addresses in announcements begin with it",
    )
    bunny_api_url: str = shared(
        "BUNNY_API_URL",
        "http://127.0.0.1:5063",
        description="the video library's API: ours, or https://video.bunnycdn.com",
    )
    bunny_library_id: int = shared("BUNNY_LIBRARY_ID", 1, description="the library's number")
    bunny_api_key: SecretStr = shared(
        "BUNNY_API_KEY", SecretStr(f"{WEAK}-api"), description="the library's key"
    )
