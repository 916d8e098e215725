"""People: their accounts, their sessions, and the links that begin them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, Field, StringConstraints

from kit.auth import Role
from kit.pages import Page
from kit.schema import Name, Schema


def _address(text: str) -> str:
    """Return an e-mail address in the one form that is stored and compared."""
    try:
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from error
    return found.normalized.lower()


Email = Annotated[str, StringConstraints(max_length=254), AfterValidator(_address)]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=256)]


class AccountState(StrEnum):
    active = "active"
    suspended = "suspended"


class Account(Schema):
    """A person; without a role, a viewer. Seen by that person, and by who holds `people:write`."""

    id: UUID
    email: str
    name: str
    roles: tuple[str, ...]
    state: AccountState
    created_at: datetime
    last_sign_in_at: datetime | None
    email_verified_at: datetime | None = None  # until then, others may sign up with this address


Accounts = Page[Account]


class AccountChange(Schema):
    """What is left out stays as it is."""

    name: Name | None = None
    roles: Annotated[tuple[Role, ...], Field(max_length=8)] | None = None
    state: AccountState | None = None


class SignIn(Schema):
    email: Email
    password: Secret


class Refresh(Schema):
    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=400)]


class PasswordChange(Schema):
    current: Secret
    new: Secret


class SignedIn(Schema):
    """An access token lives `expires_in` seconds; each refresh token works once."""

    access_token: str
    refresh_token: str
    expires_in: int
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  the word of RFC 6749, not a secret
    account: Account


class SetupLinkNew(Schema):
    """Without an e-mail: a link for the first owner. With one: a link to become admin, or,
    for someone known, to choose a new password (which only owners and the command line may give).
    """

    email: Email | None = None


class SetupLink(Schema):
    """`path` is to be put behind the dashboard's address; the token works once."""

    token: str
    path: str
    expires_at: datetime


class Setup(Schema):
    token: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    email: Email
    password: Secret
    name: Name
