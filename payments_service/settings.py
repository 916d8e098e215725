"""Everything payments_service reads from its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kit.settings import ServiceSettings, shared


class Settings(ServiceSettings):
    SERVICE: ClassVar[str] = "payments_service"
    model_config = SettingsConfigDict(env_prefix="PAYMENTS_")

    port: int = Field(5064, description="the port to listen on")
    currency: str = Field("XOF", description="the currency of prices that name none")

    catalog_url: str = shared("CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service")
    tokens_url: str = shared("TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service")
    portal_public_url: str = shared(
        "PORTAL_PUBLIC_URL",
        "http://127.0.0.1:5062",
        description="how people reach public_interface; payers come back there",
    )
