"""Everything accounts_service reads from its environment."""

from typing import ClassVar

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kit.settings import ServiceSettings


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ACCOUNTS_")
    SERVICE: ClassVar[str] = "accounts_service"

    port: int = Field(5066, description="the port to listen on")
    session_days: int = Field(
        30, ge=1, le=400, description="a session unused for so long has to sign in again"
    )
    refresh_grace_seconds: int = Field(
        10, ge=0, le=60, description="how long a refresh may be repeated when its answer was lost"
    )
    setup_link_hours: int = Field(48, ge=1, description="how long a one-time link works")
    key_days: int = Field(30, ge=1, description="a signing key is replaced after so many days")
    hash_threads: int = Field(2, ge=1, description="passwords checked at the same time")
    hash_waiting: int = Field(
        40, ge=1, description="passwords that may wait for it; more are told to try again"
    )
