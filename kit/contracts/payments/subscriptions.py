"""Subscriptions on the wire: plans, what somebody is subscribed to, and what can be done with it.

One account has one subscription at a time. Amounts are whole minor units of `currency`.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.pages import Page
from kit.schema import Flag, Name, Schema, Whole

Amount = Annotated[Whole, Field(ge=1, le=10**12)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Days = Annotated[Whole, Field(ge=0, le=366)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Devices = Annotated[Whole, Field(ge=1, le=1000)]


class Interval(StrEnum):
    """How long one payment lasts."""

    month = "month"
    year = "year"


class SubscriptionState(StrEnum):
    """`past_due`: not paid for, in its days of grace. `cancelled`: goes on until `period_end`."""

    trialing = "trialing"
    active = "active"
    past_due = "past_due"
    paused = "paused"
    cancelled = "cancelled"
    expired = "expired"


class PeriodKind(StrEnum):
    """What a period came from; `change`: the price of another plan, less what was left. `credit`:
    no period, a payment that came too late for what it was for: it is taken off the next ones.
    """

    trial = "trial"
    payment = "payment"
    change = "change"
    credit = "credit"


class PlanNew(Schema):
    """`tier` joins the monthly and the yearly plan of one offer. `grace_days`: how long access
    outlives an unpaid period. `title_en`, `description_en`: without them, the French ones.
    """

    title: Name
    title_en: Name | None = None
    description: Words = ""
    description_en: Words = ""
    tier: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")] = "vip"
    interval: Interval
    amount: Amount
    currency: Currency = "XOF"
    trial_days: Days = 0
    grace_days: Days = 3
    max_devices: Devices | None = None
    position: Annotated[Whole, Field(ge=0, le=10_000)] = 0
    is_on_sale: Flag = True


class PlanChange(Schema):
    """What is left out stays as it is; a new price counts from the next payment on."""

    title: Name | None = None
    title_en: Name | None = None
    description: Words | None = None
    description_en: Words | None = None
    tier: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")] | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    trial_days: Days | None = None
    grace_days: Days | None = None
    max_devices: Devices | None = None
    position: Annotated[Whole, Field(ge=0, le=10_000)] | None = None
    is_on_sale: Flag | None = None


class Plan(Schema):
    """`amount` and `currency` are those of the country asked for."""

    id: UUID
    title: str
    title_en: str | None
    description: str
    description_en: str
    tier: str
    interval: Interval
    amount: int
    currency: str
    trial_days: int
    grace_days: int
    max_devices: int | None
    position: int
    is_on_sale: bool
    subscribers: int | None = Field(None, description="for those who keep the plans")


class Plans(Schema):
    items: list[Plan]


class Period(Schema):
    """One stretch of a subscription that was paid for, or given as a trial."""

    id: UUID
    kind: PeriodKind
    plan_id: UUID
    order_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    amount: int
    currency: str


class Subscription(Schema):
    """`access_until`: VIP films open until then, grace included; null while paused or expired.

    `renewal_order_id`: the order to pay so that it goes on, once that is due. `credit_amount`:
    what is left from a dearer plan; the next payment is so much less. `is_automatic`: a kept card
    is charged when a period ends. `next_plan_id`: the plan from the next period on; `amount` is
    then what that one costs, and `keep` in `may` takes the change back.
    """

    id: UUID
    account_id: UUID
    plan: Plan
    state: SubscriptionState
    amount: int
    currency: str
    started_at: datetime
    period_start: datetime
    period_end: datetime
    access_until: datetime | None
    paused_at: datetime | None
    paused_until: datetime | None
    cancelled_at: datetime | None
    ended_at: datetime | None
    next_plan_id: UUID | None
    credit_amount: int
    renewal_order_id: UUID | None
    is_automatic: bool
    may: list[str] = Field(
        default_factory=list,
        description="what its owner may do now: cancel, keep, pause, resume, change, renew",
    )


class MySubscription(Schema):
    """What `GET /me/subscription` says: nothing is no error. `may_try`: a trial is still open."""

    subscription: Subscription | None
    may_try: bool


class TrialNew(Schema):
    plan_id: UUID


class Pause(Schema):
    """How long to pause at most; it can be resumed before."""

    days: Annotated[Whole, Field(ge=1, le=366)] = 30


class ChangeQuote(Schema):
    """What another plan costs now. `credit`: for the days that are left of the present one.

    An order of kind `subscription` with the plan as its subject buys it, also where nothing is
    `due`; `credit_left` is taken off the payments that follow. `POST /me/subscription/change`
    goes there when the present period ends, for nothing now: `at_period_end` says that this is
    the better way, because the days that are left are worth more than the other plan.
    """

    plan_id: UUID
    amount: int
    credit: int
    due: int
    credit_left: int
    currency: str
    at_period_end: bool
    period_end: datetime


class ChangeNew(Schema):
    plan_id: UUID


class RenewalPayment(Schema):
    """The order that keeps a subscription going, and the secret that lets anybody pay it."""

    order_id: UUID
    secret: str
    url: str


class SubscriptionQuery(Schema):
    """Filters of `GET /subscriptions`; newest first."""

    state: SubscriptionState | None = None
    plan_id: UUID | None = None
    account_id: UUID | None = None


class SubscriptionStory(Subscription):
    periods: list[Period]


Subscriptions = Page[Subscription]
