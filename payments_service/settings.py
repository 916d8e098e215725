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
    public_url: str = Field(
        "http://127.0.0.1:5064",
        description="where providers and payers reach this service: webhooks, the sandbox's page",
    )
    rates: str = Field(
        "EUR=655.957",
        description="what one unit of other currencies costs in PAYMENTS_CURRENCY, as"
        " EUR=655.957,USD=610: providers that do not take it are paid in these",
    )
    order_minutes: int = Field(60, ge=1, description="an order waits so long to be paid")
    sandbox: bool | None = Field(
        None,
        description="whether test money pays; unset: while no other provider is configured,"
        " and never in production",
    )

    catalog_url: str = shared("CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service")
    tokens_url: str = shared("TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service")
    brand_name: str = shared("BRAND_NAME", "Karangou", description="the name on every page")
    portal_public_url: str = shared(
        "PORTAL_PUBLIC_URL",
        "http://127.0.0.1:5062",
        description="how people reach public_interface; payers come back there",
    )
