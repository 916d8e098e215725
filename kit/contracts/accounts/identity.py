"""Signing up, one-time links by mail, one's sessions, and whom to write to.

No answer tells a stranger whether an account exists. Whoever signs up is signed in at once, even
with an address that somebody has already: an address belongs to the account that was shown to
read its mail (`Account.email_verified_at`), so a stranger gets an empty account of their own that
can never be verified, and the mail tells the owner. Asking for a link is always answered alike.

Links in mails lead to the portal's `/l/{token}`: GET asks `look_at_link` and shows one button,
POST calls `use_link`. Mail scanners that open every address use nothing up.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.contracts.accounts.people import AccountState, Email, Secret, SignedIn
from kit.errors import Gone, Invalid, NotFound
from kit.schema import Name, Schema

Locale = Literal["fr", "en"]
LinkToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]
MOST_CONTACTS = 500


class LinkKind(StrEnum):
    verify_email = "verify_email"
    sign_in = "sign_in"
    password_reset = "password_reset"  # noqa: S105  the name of a kind, not a secret
    email_change = "email_change"


class SignUp(Schema):
    """Without a password, one comes back by links in mails. Answers `SignedIn`, always."""

    email: Email
    name: Name
    password: Secret | None = None
    locale: Locale = "fr"


class LinkNew(Schema):
    """Have a link mailed to somebody who cannot or will not use a password."""

    email: Email
    kind: Literal[LinkKind.sign_in, LinkKind.password_reset]
    locale: Locale | None = None


class LinkShown(Schema):
    token: LinkToken


class LinkSeen(Schema):
    """What a link does, before it is used; `email` is the address it proves."""

    kind: LinkKind
    email: str
    name: str
    expires_at: datetime


class LinkUse(Schema):
    """`password`: the new one, for `password_reset` only. The device is signed in by `sign_in`
    and `password_reset`, unless the answer is SecondFactorNeeded (the link is spent then).
    """

    token: LinkToken
    password: Secret | None = None


class LinkUsed(Schema):
    """`signed_in` is null for `verify_email` and `email_change`."""

    kind: LinkKind
    email: str
    signed_in: SignedIn | None = None


class EmailChange(Schema):
    """A dangerous deed: may answer ConfirmationNeeded (`accounts.factors`)."""

    email: Email


class Device(Schema):
    """What a browser says of itself: all empty when it says nothing we know."""

    browser: str = ""
    system: str = ""
    kind: Literal["desktop", "phone", "tablet", "other"] = "other"


class UserSession(Schema):
    """One sign-in. `place` is empty unless the house has a table of addresses."""

    id: UUID
    device: Device
    address: str
    place: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool


class UserSessions(Schema):
    """Those that have not ended, the last used first."""

    items: list[UserSession]


class Contact(Schema):
    """How to reach a person; `email` only once it is known to be theirs."""

    id: UUID
    name: str
    email: str | None
    locale: str
    state: AccountState
    country: str | None


class Contacts(Schema):
    """People asked for who do not exist are left out."""

    items: Annotated[list[Contact], Field(max_length=MOST_CONTACTS)]


class LinkSpent(Gone):
    """This link was used or has expired. Ask for a new one."""


class PasswordMissing(Invalid):
    """Choose a new password."""


class UserSessionNotFound(NotFound):
    """There is no such session, or it has ended."""
