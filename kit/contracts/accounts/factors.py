"""More than a password: second factors, passkeys, providers, and being sure who it is.

How a sign-in continues. Every way to sign in (password, link, provider, set-up) answers `SignedIn`,
or 401 `SecondFactorNeeded` with a `challenge` that lives five minutes. Send it back with one of
its `methods` to `POST /sessions/second-factor`, which answers `SignedIn`. People without a second
factor never meet it. A passkey alone is a whole sign-in: it is two factors in one.

Staff without a second factor, where they must have one, get a session without roles: it opens
only their own account. `Factors.must_enrol` says so; once enrolled, refresh the session.

Dangerous deeds answer 403 `ConfirmationNeeded` unless the person signed in or confirmed within ten
minutes. Confirm with one of its `methods` at `POST /sessions/current/confirmation`, then repeat.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from typing_extensions import override

from kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound, Unauthenticated, Unavailable
from kit.schema import Name, Schema

Sealed = Annotated[str, StringConstraints(min_length=1, max_length=4000)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Short = Annotated[str, StringConstraints(max_length=2000)]
ProviderName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,29}$")]


class Method(StrEnum):
    """How somebody shows who they are, as asked for by the two errors below."""

    totp = "totp"
    passkey = "passkey"
    recovery = "recovery"
    password = "password"  # noqa: S105  the name of a way, not a secret


class SecondFactorNeeded(Unauthenticated):
    """The first step was right. Now give the code of your app, a passkey or a recovery code."""

    @property
    def challenge(self) -> str:
        return str(self.extra.get("challenge", ""))

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(self.extra.get("methods", ()))

    @property
    def expires_in(self) -> int:
        return int(self.extra.get("expires_in", 0))


class ConfirmationNeeded(Forbidden):
    """Confirm that it is you, then do this again. Without a way to confirm, sign in again."""

    @property
    def methods(self) -> tuple[str, ...]:
        return tuple(self.extra.get("methods", ()))


class WrongFactor(Unauthenticated):
    """This code is wrong, was used before, or is too old. Take the next one."""


class CeremonyExpired(Gone):
    """This took too long, or was done already. Begin again."""


class TotpNotStarted(Conflict):
    """Begin again: there is no app waiting to be confirmed."""


class FactorNotFound(NotFound):
    """There is no such second factor on this account."""


class LastFactor(Conflict):
    """Your role must keep one second factor. Add another one first."""


class PasskeyRefused(Invalid):
    """This passkey cannot be used here. Try again, or use another device."""


class TooManyPasskeys(Conflict):
    """This account has as many passkeys as it can hold. Remove one first."""


class ProviderUnknown(NotFound):
    """This way to sign in is not offered here."""


class ProviderRefused(Unauthenticated):
    """The provider did not confirm who you are. Begin again."""


class ProviderSilent(Unavailable):
    """The provider did not answer. Try again in a moment, or sign in another way."""


class ProviderEmailUnverified(Conflict):
    """The provider does not vouch for your e-mail. Sign up by e-mail, then link the provider."""


class ProviderEmailTaken(Conflict):
    """An account with your e-mail exists. Sign in as you did before, then link the provider."""


class ProviderLinkedElsewhere(Conflict):
    """This account of the provider opens another account here already."""


class LastWayIn(Conflict):
    """This is your only way to sign in. Choose a password or add a passkey first."""


class Credential(Schema):
    """What `PublicKeyCredential.toJSON()` gives in a browser, with the ceremony it answers."""

    ceremony: Sealed
    credential: dict[str, Any]


class Ceremony(Schema):
    """Give `options` to the browser: `PublicKeyCredential.parseCreationOptionsFromJSON` (to add)
    or `parseRequestOptionsFromJSON` (to sign in), and send the outcome back with `ceremony`.
    """

    ceremony: str
    options: dict[str, Any]
    expires_in: int


class Challenge(Schema):
    challenge: Sealed


class _OneOf(Schema):
    """Exactly one way to show who it is."""

    code: Code | None = None
    passkey: Credential | None = None

    def ways(self) -> list[object]:
        return [self.code, self.passkey]

    @model_validator(mode="after")
    def check_one(self) -> Self:
        if sum(way is not None for way in self.ways()) != 1:
            raise ValueError("give exactly one way")
        return self


class SecondFactor(_OneOf):
    """The second step: the challenge, and a code of the app, a passkey or a recovery code."""

    challenge: Sealed
    recovery_code: Code | None = None

    @override
    def ways(self) -> list[object]:
        return [self.code, self.passkey, self.recovery_code]


class Confirmation(_OneOf):
    """A password counts only while the account has no second factor."""

    password: Annotated[str, StringConstraints(min_length=1, max_length=256)] | None = None

    @override
    def ways(self) -> list[object]:
        return [self.code, self.passkey, self.password]


class Confirmed(Schema):
    until: datetime


class TotpStart(Schema):
    """Shown once: draw `uri` as a QR code, or let people type `secret`."""

    secret: str
    uri: str


class TotpCode(Schema):
    code: Code


class Totp(Schema):
    enabled_at: datetime
    last_used_at: datetime | None


class Passkey(Schema):
    """`is_synced`: it is on all devices of the person, not on one alone."""

    id: UUID
    name: str
    created_at: datetime
    last_used_at: datetime | None
    is_synced: bool


class PasskeyNew(Credential):
    name: Name


class PasskeyChange(Schema):
    name: Name


class LinkedProvider(Schema):
    name: str
    label: str
    email: str | None
    linked_at: datetime
    last_used_at: datetime | None


class Factors(Schema):
    """Everything that opens one's account. `must_enrol`: this session opens nothing else yet.

    `confirmed_until` lies in the past when a dangerous deed would ask `confirm_with` first; an
    empty `confirm_with` means: sign in again.
    """

    has_password: bool
    totp: Totp | None
    passkeys: tuple[Passkey, ...]
    recovery_codes_left: int
    providers: tuple[LinkedProvider, ...]
    must_enrol: bool
    must_keep_one: bool
    confirmed_until: datetime
    confirm_with: tuple[Method, ...]


class FactorAdded(Schema):
    """`recovery_codes` are made with the first factor, and shown here alone; else empty."""

    factors: Factors
    recovery_codes: tuple[str, ...] = ()


class RecoveryCodes(Schema):
    """Shown once; each works once, and making new ones ends the old ones."""

    codes: tuple[str, ...]


class Provider(Schema):
    """`answers_by_form`: it POSTs its answer (Apple), so the page that takes it must accept a form
    and send the browser on to the same address by 303 with the same values as query, since
    cookies that are SameSite=Lax do not come with such a POST.
    """

    name: str
    label: str
    shape: Literal["oidc", "google", "apple", "facebook"]
    answers_by_form: bool


class ProviderList(Schema):
    items: tuple[Provider, ...]


class ProviderBegin(Schema):
    """The provider sends the person back to `/sign-in/{name}/back` of this front-end."""

    front_end: Literal["portal", "dashboard"] = "portal"


class ProviderStart(Schema):
    """Send the browser to `url`. Keep `ceremony` in a short-lived httpOnly cookie: it ties the
    answer to this browser, and nobody can be signed in to someone else's account.
    """

    url: str
    ceremony: str
    expires_in: int


class ProviderAnswer(Schema):
    """What the provider put in the address (or the form), and the ceremony of the cookie.

    `user` is Apple's JSON, which it gives at the very first sign-in only.
    """

    ceremony: Sealed
    state: Short
    code: Annotated[str, Field(max_length=4000)] = ""
    error: Short = ""
    user: Annotated[str, Field(max_length=4000)] = ""
    iss: Short = ""
