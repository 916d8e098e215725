"""Coins: the wallet, its history, spending, gifts and the packs that are sold.

A coin is whole: there is nothing smaller. Bought coins stand for money and never expire; granted
ones (bonus, gift of the house) may, and are spent first.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from kit.pages import Page
from kit.schema import Flag, Name, Schema, Whole

Coins = Annotated[Whole, Field(ge=1, le=10**9)]
MoreCoins = Annotated[Whole, Field(ge=0, le=10**9)]
Amount = Annotated[Whole, Field(ge=1, le=10**12)]
Percent = Annotated[Whole, Field(ge=0, le=99)]
Days = Annotated[Whole, Field(ge=1, le=3660)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
CoinSubject = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_:./-]{1,200}$")]
Message = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
Code = Annotated[
    str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9-]{0,40}$")
]


class Expiring(Schema):
    amount: int
    expires_at: datetime


class Wallet(Schema):
    """What an account can spend now. `expiring`: granted coins that will be gone, soonest first.

    `is_low`: fewer coins than `low_below`, of which its owner was told once.
    """

    account_id: UUID
    balance: int
    bought: int
    granted: int
    expiring: list[Expiring]
    is_low: Flag
    low_below: int


class MovementKind(StrEnum):
    bought = "bought"
    bonus = "bonus"
    spent = "spent"
    refunded = "refunded"
    gift_sent = "gift_sent"
    gift_received = "gift_received"
    expired = "expired"
    taken_back = "taken_back"
    other = "other"


class Movement(Schema):
    """One line of the history: `amount` is signed, `balance` is the wallet's after it.

    `source` is what caused it: `order/…`, `spend/…`, `gift/…`.
    """

    id: UUID
    kind: MovementKind
    amount: int
    balance: int
    title: str
    source: str
    at: datetime


Movements = Page[Movement]


class SpendNew(Schema):
    """Coins to spend: on what (`film:…`), in words (`title`); a service says whose they are."""

    amount: Coins
    subject: CoinSubject
    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)] = ""
    account_id: UUID | None = None


class Spend(Schema):
    """`granted_amount` of it were granted coins; `balance` is what was left."""

    id: UUID
    account_id: UUID
    amount: int
    granted_amount: int
    balance: int
    subject: str
    title: str
    created_at: datetime


class GiftNew(Schema):
    """Bought coins for somebody else, by their account or the address of it."""

    amount: Coins
    account_id: UUID | None = None
    email: Annotated[str, StringConstraints(max_length=320)] | None = None
    message: Message = ""

    @model_validator(mode="after")
    def name_one(self) -> Self:
        if (self.account_id is None) == (self.email is None):
            raise ValueError("name the account, or the address of one")
        return self


class Gift(Schema):
    """`receiver_id` is told only to who gave by it."""

    id: UUID
    amount: int
    message: str
    created_at: datetime


class HouseGift(Schema):
    """Granted coins that the house gives an account; `days` until they expire, null: never."""

    account_id: UUID
    amount: Coins
    reason: Name
    days: Days | None = None


class PackChange(Schema):
    """What is left out stays as it is."""

    name_fr: Name | None = None
    name_en: Name | None = None
    coins: Coins | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    bonus_coins: MoreCoins | None = None
    first_coins: MoreCoins | None = None
    season_coins: MoreCoins | None = None
    season_from: AwareDatetime | None = None
    season_until: AwareDatetime | None = None
    code: Code | None = None
    code_coins: MoreCoins | None = None
    bonus_days: Days | None = None
    discount_percent: Percent | None = None
    discount_until: AwareDatetime | None = None
    is_on_sale: Flag | None = None
    position: Annotated[Whole, Field(ge=0, le=10_000)] | None = None


class PackNew(PackChange):
    """Coins and their price; `bonus_coins` always come on top, `first_coins` with somebody's first
    pack, `season_coins` between two moments, `code_coins` for who types `code`.

    What it costs in one country is a price by country of kind `coins`.
    """

    name_fr: Name
    name_en: Name = ""
    coins: Coins
    amount: Amount
    currency: Currency = "XOF"


class Pack(Schema):
    """A pack as staff see it."""

    id: UUID
    name_fr: str
    name_en: str
    coins: int
    amount: int
    currency: str
    bonus_coins: int
    first_coins: int
    season_coins: int
    season_from: datetime | None
    season_until: datetime | None
    code: str
    code_coins: int
    bonus_days: int | None
    discount_percent: int
    discount_until: datetime | None
    is_on_sale: bool
    position: int
    created_at: datetime
    updated_at: datetime


class Packs(Schema):
    items: list[Pack]


class PackOffer(Schema):
    """A pack as this caller gets it now: `amount` is what is paid, `bonus` comes on top.

    `list_amount`: before the discount. `is_first`: part of the bonus is for their first pack.
    """

    id: UUID
    name_fr: str
    name_en: str
    coins: int
    bonus: int
    is_first: Flag
    bonus_days: int | None
    list_amount: int
    amount: int
    currency: str
    discount_percent: int
    until: datetime | None = Field(description="when the discount or the season's bonus ends")


class PackOffers(Schema):
    items: list[PackOffer]
