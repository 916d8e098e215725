"""What film-makers earn: counted views, shares of films, terms, statements.

Amounts are in minor units; per-view terms are in millionths of a minor unit.
"""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.pages import Page
from kit.schema import Count, Flag, Schema, Whole

Viewer = Annotated[str, StringConstraints(min_length=8, max_length=200)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
PerMille = Annotated[int, Field(strict=True, ge=0, le=1000)]
Of = Literal["film", "maker"]


class ViewNew(Schema):
    """Somebody has really watched (a part of) a film. `viewer`: an account's id, or a device's.

    Said by the portal; counted once for each viewer, film and day (UTC), however often it is said.
    """

    film_id: UUID
    viewer: Viewer


class Viewed(Schema):
    """`is_counted`: false when it was counted today already, or the viewer made the film."""

    is_counted: Flag


class Share(Schema):
    """`per_mille`: how much of what a film's makers get is theirs."""

    account_id: UUID
    per_mille: PerMille


class MakersChange(Schema):
    """All makers of a film, together 1000; an empty list: nobody earns from it."""

    shares: Annotated[list[Share], Field(max_length=50)]
    film_title: Title = ""


class Makers(Schema):
    film_id: UUID
    film_title: str
    shares: list[Share]


class TermsChange(Schema):
    """What is null follows the house's terms, or the maker's where this is a film."""

    per_view_millionths: Annotated[int, Field(strict=True, ge=0, le=10**9)] | None = None
    sale_per_mille: PerMille | None = None


class Terms(TermsChange):
    """Terms of one film or one maker; a film's come before a maker's, and both before the house's.

    A sale is a film bought or rented, for money or coins, without tax.
    """

    of: Of
    id: UUID
    changed_by: str
    changed_at: datetime


class HouseTerms(Schema):
    """The terms of those who have none of their own, by setting."""

    per_view_millionths: Count
    sale_per_mille: Count
    currency: str
    hold_days: Count
    minimum_amount: Whole


class TermsList(Schema):
    house: HouseTerms
    items: list[Terms]


class FilmEarning(Schema):
    film_id: UUID
    film_title: str
    views_count: Count
    views_amount: Whole
    sales_count: Whole
    sales_amount: Whole


class DayEarning(Schema):
    day: date
    views_count: Count
    amount: Whole


class Earnings(Schema):
    """What somebody earned. `balance_amount` is all that is owed to them; of it `maturing_amount`
    is too young to be paid, and `available_amount` can be asked for, from `minimum_amount` on.
    `moving_amount`: payouts that are under way.
    """

    account_id: UUID
    currency: str
    balance_amount: Whole
    maturing_amount: Whole
    available_amount: Whole
    moving_amount: Whole
    paid_amount: Whole
    minimum_amount: Whole
    hold_days: Count
    films: list[FilmEarning] = Field(description="the last 30 days, best first")
    days: list[DayEarning] = Field(description="the last 30 days, oldest first, none left out")


class MakerEarning(Schema):
    account_id: UUID
    currency: str
    films_count: Count
    earned_amount: Whole
    balance_amount: Whole


class MakerEarnings(Schema):
    """Every film-maker who earned something, most first."""

    items: list[MakerEarning]


class Statement(Schema):
    """A month of one maker in one currency; never changed once made.

    `opening + views + sales − paid + returned = closing`; `returned`: payouts that failed.
    """

    id: UUID
    account_id: UUID
    month: date
    currency: str
    opening_amount: Whole
    views_count: Count
    views_amount: Whole
    sales_count: Whole
    sales_amount: Whole
    paid_amount: Whole
    returned_amount: Whole
    closing_amount: Whole
    lines: list[FilmEarning]
    made_at: datetime


Statements = Page[Statement]
