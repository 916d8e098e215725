"""Everything accounts_service reads from its environment."""

from typing import ClassVar, Literal

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from kit.settings import ServiceSettings, shared


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
    invitation_days: int = Field(7, ge=1, le=90, description="how long an invitation works")
    setup_link_hours: int = Field(48, ge=1, description="how long a one-time link works")
    key_days: int = Field(30, ge=1, description="a signing key is replaced after so many days")
    hash_threads: int = Field(2, ge=1, description="passwords checked at the same time")
    hash_waiting: int = Field(
        40, ge=1, description="passwords that may wait for it; more are told to try again"
    )

    unverified_days: int = Field(
        30, ge=1, description="an account whose e-mail was not verified, unused for so long, goes"
    )
    places_file: str = Field(
        "", description="an .mmdb table of addresses (GeoLite2, DB-IP) to name places; empty: none"
    )
    breached_file: str = Field(
        "", description="SHA-1 hashes of leaked passwords, sorted, one a line; empty: the own list"
    )

    portal_public_url: str = shared(
        "PORTAL_PUBLIC_URL", "http://127.0.0.1:5062", description="the portal, as visitors see it"
    )
    dashboard_public_url: str = shared(
        "DASHBOARD_PUBLIC_URL",
        "http://127.0.0.1:5000",
        description="the dashboard, as staff see it",
    )
    brand_name: str = shared("BRAND_NAME", "Karangou", description="the name on every page")
    staff_second_factor: Literal["", "required", "encouraged"] = Field(
        "",
        description="whether admins and owners must have a second factor; "
        "empty: required in production, encouraged elsewhere",
    )
    passkey_domain: str = Field(
        "",
        description="the domain passkeys are made for, shared by portal and dashboard "
        "(`example.org` for `films.` and `admin.example.org`); empty: the portal's own",
    )

    @property
    def staff_must_have_second_factor(self) -> bool:
        wish = self.staff_second_factor
        return wish == "required" or (not wish and self.environment == "production")
