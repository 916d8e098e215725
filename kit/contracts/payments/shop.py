"""Films for sale: terms, what somebody can do about a film, unlocking, rentals, bundles."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from kit.pages import Page
from kit.schema import Flag, Name, Schema, Whole

Coins = Annotated[Whole, Field(ge=1, le=10**9)]
Amount = Annotated[Whole, Field(ge=1, le=10**12)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Days = Annotated[Whole, Field(ge=1, le=365)]
Hours = Annotated[Whole, Field(ge=1, le=24 * 365)]
Season = Annotated[Whole, Field(ge=0, le=10_000)]


class GrantKind(StrEnum):
    """A film is one's own for good, or rented for a while."""

    own = "own"
    rental = "rental"


class GrantState(StrEnum):
    """`given`: paid, the access is on its way. `ended`: over, or taken back."""

    given = "given"
    active = "active"
    ended = "ended"


class Grant(Schema):
    """A film somebody has. A rental has to be begun before `expires_at`; begun, it ends then.

    `code` opens the film for whoever has no account. `refundable_until`: coins come back until
    then, if nothing was watched; what has one `spend_id` was paid together and goes back together.
    """

    id: UUID
    film_id: UUID
    title: str
    kind: GrantKind
    state: GrantState
    coins: int
    code: str
    bundle_id: UUID | None
    spend_id: UUID | None
    finish_within_hours: int | None
    created_at: datetime
    started_at: datetime | None
    expires_at: datetime | None
    ended_at: datetime | None
    refunded_at: datetime | None
    refundable_until: datetime | None = None


Grants = Page[Grant]


class FilmTermsNew(Schema):
    """How a film is sold beside its price in money, which the catalogue has; null: not that way.

    There is one of these for a film: put again, it is replaced.
    """

    coins: Coins | None = None
    rental_coins: Coins | None = None
    rental_amount: Amount | None = None
    rental_currency: Currency | None = None
    start_within_days: Days | None = None
    finish_within_hours: Hours | None = None

    @model_validator(mode="after")
    def make_sense(self) -> Self:
        if (self.rental_amount is None) != (self.rental_currency is None):
            raise ValueError("a rental's price is an amount and its currency")
        return self


class FilmTerms(Schema):
    film_id: UUID
    coins: int | None
    rental_coins: int | None
    rental_amount: int | None
    rental_currency: str | None
    start_within_days: int
    finish_within_hours: int
    updated_at: datetime


class FilmTermsList(Schema):
    items: list[FilmTerms]


class Price(Schema):
    amount: int
    currency: str


class Way(Schema):
    """One way to have a film: for money (`price`), for coins, or both are null."""

    price: Price | None
    coins: int | None


class Owned(StrEnum):
    """Why there is nothing to pay."""

    public = "public"
    maker = "maker"
    grant = "grant"
    entitled = "entitled"


class BundleKind(StrEnum):
    bundle = "bundle"
    season = "season"


class BundleFilm(Schema):
    film_id: UUID
    title: str


class Bundle(Schema):
    """Films sold together; a season pass also opens the episodes that come later."""

    id: UUID
    kind: BundleKind
    title_fr: str
    title_en: str
    series_id: UUID | None
    season: int | None
    amount: int
    currency: str
    coins: int | None
    is_on_sale: bool
    items: list[BundleFilm]
    created_at: datetime
    updated_at: datetime


Bundles = Page[Bundle]


class BundleNew(Schema):
    """A `bundle` names its films; a `season` its series and number, the catalogue says which."""

    kind: BundleKind = BundleKind.bundle
    title_fr: Name
    title_en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    film_ids: Annotated[list[UUID], Field(max_length=200)] = Field(default_factory=list)
    series_id: UUID | None = None
    season: Season | None = None
    amount: Amount
    currency: Currency = "XOF"
    coins: Coins | None = None
    is_on_sale: Flag = True

    @model_validator(mode="after")
    def make_sense(self) -> Self:
        if self.kind is BundleKind.season:
            if self.series_id is None or self.season is None or self.film_ids:
                raise ValueError("a season pass names a series and a season, and no films")
        elif self.series_id or self.season is not None or len(set(self.film_ids)) < 2:
            raise ValueError("a bundle names at least two films, and no series")
        return self


class BundleChange(Schema):
    """What is left out stays as it is; what was sold is not changed by it."""

    title_fr: Name | None = None
    title_en: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] | None = None
    film_ids: Annotated[list[UUID], Field(min_length=2, max_length=200)] | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    coins: Coins | None = None
    is_on_sale: Flag | None = None


class FilmOffer(Schema):
    """What this caller can do about a film. With `owned` there is nothing to pay.

    `buy`, `rent`: ways to have it, null where it is not sold so. `balance`: the caller's coins,
    null without an account. `grant` is what they have of it already. `returning_order_id`: the
    order that gave it, while the money is on its way back and the film closed.
    """

    film_id: UUID
    slug: str
    title: str
    access_level: str
    owned: Owned | None
    grant: Grant | None
    buy: Way | None
    rent: Way | None
    start_within_days: int | None
    finish_within_hours: int | None
    balance: int | None
    bundles: list[Bundle]
    returning_order_id: UUID | None = None


class FilmStart(Schema):
    """Who began to watch by codes: the tokens that open the film, and the accounts they are of."""

    token_ids: Annotated[list[UUID], Field(max_length=20)] = Field(default_factory=list)
    account_ids: Annotated[list[UUID], Field(max_length=20)] = Field(default_factory=list)


class UnlockNew(Schema):
    """Have a film for coins: for good, or rented."""

    kind: GrantKind = GrantKind.own


class Unlocked(Schema):
    """The film is the caller's. `charged` is 0 when it was already; `balance`: coins left.

    `grant` is null for who never needs one: it is a public film, or a code opens it.
    """

    film_id: UUID
    grant: Grant | None
    charged: int
    balance: int


class UnlockedBundle(Schema):
    bundle_id: UUID
    grants: list[Grant]
    charged: int
    balance: int
