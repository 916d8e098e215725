"""Everything accounts_service reads from its environment."""

from functools import cached_property
from typing import ClassVar, Literal, Self

from pydantic import ConfigDict, Field, SecretStr, TypeAdapter, model_validator
from pydantic_settings import SettingsConfigDict

from kit.contracts.accounts.factors import ProviderName
from kit.schema import Schema
from kit.settings import ServiceSettings, shared

Shape = Literal["oidc", "google", "apple", "facebook"]
ADDRESSES = {
    "google": "https://accounts.google.com",
    "apple": "https://appleid.apple.com",
    "facebook": "https://www.facebook.com",
}
# What is wrong in the list is told without its secrets.
UNQUOTED = ConfigDict(frozen=True, hide_input_in_errors=True)
SCOPES = {"apple": "openid name email", "facebook": "public_profile email"}


class ProviderSettings(Schema):
    """One way to sign in of somebody else's. `issuer` is known for Google, Apple and Facebook;
    Apple signs with `private_key` (PEM) instead of a secret. `trust_email`: take its e-mails for
    verified although it does not say so.
    """

    model_config = UNQUOTED

    name: ProviderName
    shape: Shape | None = None
    label: str = ""
    client_id: str
    client_secret: SecretStr = SecretStr("")
    issuer: str = ""
    scope: str = ""
    trust_email: bool = False
    team_id: str = ""
    key_id: str = ""
    private_key: SecretStr = SecretStr("")

    @property
    def kind(self) -> Shape:
        known: dict[str, Shape] = {one: one for one in ("google", "apple", "facebook")}
        return self.shape or known.get(self.name, "oidc")

    @property
    def address(self) -> str:
        return (self.issuer or ADDRESSES.get(self.kind, "")).rstrip("/")

    @property
    def scope_asked(self) -> str:
        return self.scope or SCOPES.get(self.kind, "openid email profile")

    @property
    def label_shown(self) -> str:
        return self.label or self.name.capitalize()

    @property
    def answers_by_form(self) -> bool:
        """Apple gives names and e-mails by a form only."""
        return self.kind == "apple"

    @model_validator(mode="after")
    def check_address(self) -> Self:
        if not self.address:
            raise ValueError(f"the provider {self.name} needs its issuer")
        return self


LIST = TypeAdapter(tuple[ProviderSettings, ...], config=UNQUOTED)


class Settings(ServiceSettings):
    model_config = SettingsConfigDict(env_prefix="ACCOUNTS_")
    SERVICE: ClassVar[str] = "accounts_service"

    port: int = Field(5066, description="the port to listen on")
    session_days: int = Field(
        30, ge=1, le=400, description="a session unused for so long has to sign in again"
    )
    session_longest_days: int = Field(
        90, ge=1, le=400, description="a session has to sign in again after so long, however used"
    )
    staff_session_hours: int = Field(
        12, ge=1, le=24 * 30, description="the same for agents, moderators, admins and owners"
    )
    refresh_grace_seconds: int = Field(
        10, ge=0, le=60, description="how long a refresh may be repeated when its answer was lost"
    )
    invitation_days: int = Field(7, ge=1, le=90, description="how long an invitation works")
    payments_url: str = shared(
        "PAYMENTS_URL", "http://127.0.0.1:5064", description="payments_service"
    )
    tokens_url: str = shared(
        "TOKENS_URL", "http://127.0.0.1:5060", description="tokens_service, for people's rights"
    )
    catalog_url: str = shared("CATALOG_URL", "http://127.0.0.1:5061", description="catalog_service")
    deletion_days: int = Field(
        30, ge=0, le=365, description="days in which somebody may take back their deletion"
    )
    export_days: int = Field(
        7, ge=1, le=90, description="how long a copy of everything known of somebody is kept"
    )
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

    providers: SecretStr = Field(
        SecretStr(""),
        description="ways to sign in of others, as a JSON list: "
        '`[{"name": "google", "client_id": "…", "client_secret": "…"}]` (docs/accounts.md)',
    )

    @cached_property
    def chosen_providers(self) -> tuple[ProviderSettings, ...]:
        """Return what `providers` says; a list that cannot be read stops the start."""
        text = self.providers.get_secret_value()
        return LIST.validate_json(text) if text else ()

    @property
    def staff_must_have_second_factor(self) -> bool:
        wish = self.staff_second_factor
        return wish == "required" or (not wish and self.environment == "production")
