"""Everything tokens_service reads from its environment."""

from typing import Annotated, ClassVar

from pydantic import Field, SecretStr, StringConstraints
from pydantic_settings import SettingsConfigDict

from kit.settings import WEAK, ServiceSettings, shared


class Settings(ServiceSettings):
    SERVICE: ClassVar[str] = "tokens_service"
    model_config = SettingsConfigDict(env_prefix="TOKENS_")

    port: int = Field(5060, description="the port to listen on")
    database_url: str = Field(
        "file:var/tokens.sqlite",
        description="the store: file:PATH for SQLite, libsql://HOST for Turso or libSQL",
    )
    database_token: SecretStr = Field(
        SecretStr(""), description="the access token of a libSQL server; empty where none is asked"
    )
    database_timeout: float = Field(5.0, gt=0, description="seconds a libSQL server may take")
    secret_key: SecretStr = shared(
        "SECRET_KEY", SecretStr(WEAK), description="seals codes and signs long tokens"
    )
    secret_keys_old: SecretStr = shared(
        "SECRET_KEYS_OLD",
        SecretStr(""),
        description="former SECRET_KEYs, comma between: what they signed stays valid",
    )
    code_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{1,8}$")] = shared(
        "CODE_PREFIX", "OM43", description="what every new code begins with"
    )
    portal_public_url: str = shared(
        "PORTAL_PUBLIC_URL", "http://127.0.0.1:5062", description="where QR codes lead"
    )
    brand_name: str = shared("BRAND_NAME", "Karangou", description="the name on printed tickets")
    default_days: int = Field(
        30, ge=1, le=3660, description="how long a token lives when nobody says"
    )
    guesses_per_address: str = Field(
        "10/10minutes", description="wrong codes from one address before it must wait"
    )
    guesses_per_network: str = Field(
        "100/10minutes", description="the same for a whole network (IPv4 /24, IPv6 /48)"
    )
    guesses_in_all: str = Field(
        "600/10minutes", description="wrong codes from everywhere before addresses get only a few"
    )
    guesses_under_siege: str = Field(
        "3/hour", description="wrong codes from one address while there are too many in all"
    )
    verifications_per_minute: int = Field(
        600, ge=1, description="questions one address may ask without being a service"
    )
