"""What visitors type."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator, Field, Json, StringConstraints

from kit.contracts.accounts import Email, Secret
from kit.contracts.accounts.factors import Code, Sealed
from kit.contracts.accounts.profiles import (
    NO_NUL,
    AgeLimit,
    Bio,
    Colour,
    Country,
    MakerSlug,
    Pin,
    Purpose,
)
from kit.contracts.payments.orders import OrderKind, Subject
from kit.contracts.payments.shop import GrantKind
from kit.contracts.publisher.wishes import Topic
from kit.schema import Name, Schema

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16,100}$")]


def as_number(value: object) -> object:
    """Return digits as a number: a form knows only text."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


class CodeForm(Schema):
    """`next` is the page to go on to."""

    code: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    next: Short = ""


class SignInForm(Schema):
    email: Email
    password: Secret
    next: Short = ""


class ChallengeForm(Schema):
    challenge: Sealed


class SecondForm(ChallengeForm):
    """`code` is of six digits from an app, or else a recovery code."""

    code: Code
    next: Short = ""


class PasskeyForm(Schema):
    """What `<passkey-form>` sends: the device's answer as JSON; `challenge` in a second step."""

    ceremony: Sealed
    credential: Annotated[Json[dict[str, Any]], StringConstraints(max_length=20_000)]
    challenge: Annotated[str, StringConstraints(max_length=4000)] = ""
    next: Short = ""


class EmailForm(Schema):
    email: Email


class SignUpForm(EmailForm):
    name: Name
    password: Secret | None = None
    next: Short = ""


class LinkForm(Schema):
    """What a link's page asks for; a password and a name only where there is none yet."""

    password: Secret | None = None
    name: Name | None = None


class PasswordForm(Schema):
    current: Secret
    new: Secret


class AppCodeForm(Schema):
    """`secret` and `uri` were shown with the code's field, and come back to be shown again."""

    code: Code
    secret: Annotated[str, StringConstraints(max_length=200)]
    uri: Annotated[str, StringConstraints(max_length=1000)]


class ConfirmForm(Schema):
    """One of both."""

    password: Secret | None = None
    code: Code | None = None
    next: Short = ""


class NameForm(Schema):
    name: Name


class NewPasskeyForm(Schema):
    ceremony: Sealed
    credential: Annotated[Json[dict[str, Any]], StringConstraints(max_length=20_000)]
    name: Name


class ProfileForm(Schema):
    """`links`: one a line, a name and an address. `may_be_public` is there for who makes films."""

    name: Name
    language: Literal["fr", "en"] | None = None
    country: Country | None = None
    bio: Bio = ""
    links: Annotated[str, StringConstraints(max_length=6000)] = ""
    slug: MakerSlug | None = None
    is_public: bool = False
    may_be_public: bool = False


class ViewerForm(Schema):
    """Somebody who watches on this account; without a limit, everything is for them."""

    name: Annotated[str, StringConstraints(max_length=40, pattern=NO_NUL)]
    max_age: Annotated[AgeLimit | None, BeforeValidator(as_number)] = None
    colour: Colour = "gold"


class PinForm(Schema):
    pin: Pin
    proof: Secret | None = None


class EntryForm(Schema):
    pin: Pin | None = None
    next: Short = ""


class ConsentsForm(Schema):
    granted: list[Purpose] = []


class DeletionForm(Schema):
    password: Secret | None = None


class FollowForm(Schema):
    topic: Topic
    is_on: bool
    next: Short = ""


class OrderForm(Schema):
    """What somebody wants to buy; `key` makes a form that is sent twice one order."""

    kind: OrderKind
    subject: Subject
    key: Key
    next: Short = ""
    coupon: Annotated[str, StringConstraints(max_length=60)] = ""
    keep_card: bool = False
    to_email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=320)] = ""
    from_name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    message: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] = ""

    @property
    def options(self) -> dict[str, str | bool]:
        """Return what this kind of thing asks for: a plan for a card, a gift card for whom."""
        if self.kind is OrderKind.subscription:
            return {"keep_card": True} if self.keep_card else {}
        if self.kind is OrderKind.gift_card:
            return {
                "to_email": self.to_email, "from_name": self.from_name, "message": self.message,
            }  # fmt: skip
        return {}


class PayForm(Schema):
    """How to pay: `way` is "provider:method", or nothing: the operator that the number says."""

    key: Key
    way: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}:[a-z0-9_]{1,40}$")] = ""
    phone: Annotated[str, StringConstraints(max_length=40)] = ""
    is_kept: bool = False
    country: Country | None = None


Typed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class CodePaymentForm(Schema):
    """A promotion's, gift card's or voucher's code, in any spelling."""

    code: Typed
    key: Key


class GiftForm(Schema):
    email: Email
    amount: Annotated[int, BeforeValidator(as_number), Field(ge=1, le=10**9)]
    message: Annotated[str, StringConstraints(max_length=300)] = ""
    key: Key


class RefundForm(Schema):
    """An order to give back: the money to where it came from, or coins."""

    key: Key
    way: Literal["source", "coins"]


class UnlockForm(Schema):
    """A film for coins, for good or rented."""

    film_id: UUID
    kind: GrantKind = GrantKind.own
    key: Key


class PlanForm(Schema):
    plan_id: UUID


class PauseForm(Schema):
    days: Annotated[int, BeforeValidator(as_number), Field(ge=1, le=366)] = 30


class PayoutAccountForm(Schema):
    phone: Annotated[str, StringConstraints(max_length=40)]
    country: Country
    method: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
    holder_name: Name


class PayoutForm(Schema):
    """`amount`: in whole units of the currency; left out, all that is available."""

    amount: Annotated[int | None, BeforeValidator(as_number), Field(gt=0, le=10**12)] = None
    key: Key
