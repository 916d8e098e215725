"""Everything the portal reads from its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kit.settings import shared
from kit.site.settings import SiteSettings


class Settings(SiteSettings):
    SERVICE: ClassVar[str] = "public_interface"
    model_config = SettingsConfigDict(env_prefix="PORTAL_")

    port: int = Field(5062, description="the port to listen on")
    catalog_url: str = shared(
        "CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service, for films"
    )
    tokens_url: str = shared(
        "TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service, for codes"
    )
    payments_url: str = shared(
        "PAYMENTS_URL", "http://127.0.0.1:5064", description="payments_service, for all money"
    )
    code_prefix: str = shared(
        "CODE_PREFIX", "OM43", description="what codes begin with, shown as an example"
    )
    shop_url: str = Field(
        "", description="where codes are sold (a page, a WhatsApp link); empty: nothing is said"
    )
    sign_in_limit: str = Field("20/minute", description="codes an address may try at the portal")
    country: str = Field(
        "TG",
        pattern=r"^[A-Z]{2}$",
        description="the country of numbers that pay, until one was typed",
    )
    seller_email: str = shared(
        "PAYMENTS_SELLER_EMAIL", "", description="where questions about an invoice go"
    )
    order_limit: str = Field("30/minute", description="orders and payments an address may begin")
    image_cache_bytes: int = Field(
        16 * 1024 * 1024, ge=0, description="memory for posters that were asked for lately"
    )
