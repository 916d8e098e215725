"""Everything catalog_service reads from its environment."""

from typing import ClassVar

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from kit.settings import WEAK, ServiceSettings, shared


class Settings(ServiceSettings):
    SERVICE: ClassVar[str] = "catalog_service"
    model_config = SettingsConfigDict(env_prefix="CATALOG_")

    port: int = Field(5061, description="the port to listen on (browsers refuse 5061)")
    pool_size: int = Field(8, ge=1, description="connections kept to the database")
    seed_categories: str = Field(
        "RAW,ART,VIP,DUO,SOLO",
        description="categories made when there are none, separated by commas; empty: none",
    )
    currency: str = Field("XOF", description="the currency of prices that name none")
    grant_seconds: int = Field(
        60, ge=20, le=3600, description="how long a playback address is good; players renew it"
    )
    streams_per_account: int = Field(
        3, ge=0, description="devices that play at the same time on one account; 0: any number"
    )
    playback_limit: str = Field(
        "600/minute", description="playback addresses one viewer's address may ask for"
    )
    sync_page: int = Field(100, ge=1, le=1000, description="videos read at once from the library")
    sync_hours: int = Field(6, ge=1, description="hours between two full comparisons")
    max_picture_bytes: int = Field(15_000_000, ge=1, description="the largest picture accepted")

    media_url: str = shared(
        "MEDIA_URL",
        "var/media",
        description="where pictures are stored: a folder, s3://, gs://, az://",
    )
    tokens_url: str = shared("TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service")

    bunny_api_url: str = shared(
        "BUNNY_API_URL",
        "http://127.0.0.1:5063",
        description="the video library's API: ours, or https://video.bunnycdn.com",
    )
    bunny_library_id: int = shared("BUNNY_LIBRARY_ID", 1, description="the library's number")
    bunny_api_key: SecretStr = shared(
        "BUNNY_API_KEY", SecretStr(f"{WEAK}-api"), description="the library's key"
    )
    bunny_read_only_key: SecretStr = shared(
        "BUNNY_READ_ONLY_KEY", SecretStr(f"{WEAK}-read"), description="signs its webhooks"
    )
    bunny_cdn_url: str = shared(
        "BUNNY_CDN_URL", "http://127.0.0.1:5063", description="where films are delivered from"
    )
    bunny_cdn_key: SecretStr = shared(
        "BUNNY_CDN_KEY", SecretStr(f"{WEAK}-cdn"), description="signs delivery addresses"
    )
