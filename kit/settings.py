"""The settings every service has; each service adds its own.

A service's own variables carry its prefix (`CATALOG_DATABASE_URL`); what several
services must agree on has one name everywhere and is declared with `shared`.
Secrets are also read from files in /run/secrets, named like the variable.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, JsonValue, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRETS = Path("/run/secrets")
OURS: dict[str, JsonValue] = {"chosen_by": "us"}
WEAK = "for-development-only-change-me-in-production"


def shared(name: str, default: Any, **more: Any) -> Any:  # noqa: ANN401  (pydantic's Field)
    """Declare a setting that has the same variable name in every service."""
    return Field(default, validation_alias=name, **more)


class ServiceSettings(BaseSettings):
    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        populate_by_name=True,
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )

    SERVICE: ClassVar[str] = ""

    environment: Literal["development", "test", "production"] = shared(
        "ENVIRONMENT", "development", description="production refuses weak secrets"
    )
    suite_secret: SecretStr = shared(
        "SUITE_SECRET", SecretStr(WEAK), description="signs calls between services"
    )
    valkey_url: str = shared(
        "VALKEY_URL", "valkey://127.0.0.1:6379/0", description="rate limits and fan-out"
    )
    accounts_url: str = shared(
        "ACCOUNTS_URL", "http://127.0.0.1:5066", description="accounts_service, for its public keys"
    )
    gateway_url: str = shared(
        "GATEWAY_URL", "http://127.0.0.1:5055", description="gateway, where events go"
    )
    publisher_url: str = shared(
        "PUBLISHER_URL", "http://127.0.0.1:5058", description="publisher_service, for notices"
    )
    log_level: str = shared("LOG_LEVEL", "INFO", description="DEBUG, INFO, WARNING or ERROR")
    rate_limits: bool = shared("RATE_LIMITS", True, description="off only in load tests")

    host: str = shared("HOST", "127.0.0.1", description="the address to listen on")
    port: int = Field(0, description="the port to listen on")
    database_url: str = Field("", description="PostgreSQL, as postgresql://user:password@host/name")
    pool_size: int = Field(5, ge=1, description="connections kept to the database")

    @model_validator(mode="after")
    def refuse_weak_secrets(self) -> Self:
        if self.environment != "production":
            return self
        for name in _our_secrets(type(self)):
            value: SecretStr = getattr(self, name)
            if _is_weak(value.get_secret_value()):
                raise ValueError(f"{name} is weak: set it to at least 24 random characters")
        return self


def _our_secrets(kind: type[ServiceSettings]) -> Iterator[str]:
    """Yield the secrets that are ours to choose; those of others are as long as they made them.

    A field says so by a weak default, or by `OURS` where it is not used unless it is set.
    """
    for name, field in kind.model_fields.items():
        default = field.default
        has_weak = isinstance(default, SecretStr) and default.get_secret_value().startswith(WEAK)
        if has_weak or field.json_schema_extra == OURS:
            yield name


def _is_weak(secret: str) -> bool:
    """Say whether a secret is the one for development, or guessable; an empty one is not used."""
    return bool(secret) and (secret.startswith(WEAK) or len(secret) < 24)
