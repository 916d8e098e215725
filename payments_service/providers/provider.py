"""What we ask of those who move money: a charge, its truth, a refund, a payout.

An attempt's id exists in our database before a provider is called, and is our idempotency key
there. What a call came to may stay unknown (`Lost`): then nothing is assumed, and `find` tells
later. A webhook only wakes us: what counts is what `find` says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Protocol, runtime_checkable
from uuid import UUID

from kit.contracts.payments.refunds import DisputeState
from payments_service.rules.charges import Method as Method
from payments_service.rules.charges import State as State
from payments_service.rules.names import Holder as Holder


class Trouble(Exception):
    """A call that did not go as it should; its words are for staff."""


class Away(Trouble):
    """Nothing was sent: the provider could not be reached. Try again."""


class Lost(Trouble):
    """It was sent and no answer came, or none that says anything: what happened is unknown."""


class Refused(Trouble):
    """The provider said no, for good; `reason` is one of REASONS."""

    def __init__(self, words: str, reason: str = "refused") -> None:
        super().__init__(words)
        self.reason = reason


class Unsigned(Exception):
    """A webhook whose signature is missing, wrong or stale, or that cannot be read."""


# Why a payment did not come, in words every provider's own are turned into.
REASONS = frozenset(
    {"refused", "cancelled", "expired", "insufficient_funds", "wrong_number", "limit_reached",
     "wrong_pin", "operator_down", "currency", "not_configured"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Charge:
    """What to charge. `amount` in minor units of `currency`, which is one the method takes."""

    attempt_id: UUID
    order_id: UUID
    method: str
    amount: int
    currency: str
    description: str
    return_url: str
    cancel_url: str
    webhook_url: str
    phone: str = ""
    """E.164, as +2290197000000."""
    email: str = ""
    name: str = ""
    country: str = ""
    locale: str = "fr"
    created_at: datetime | None = None
    keeps_card: bool = False
    """The payer agreed that the card is charged again (a subscription): see `Renewing`."""


@dataclass(frozen=True, slots=True)
class Started:
    """The provider knows the charge. `redirect_url`: where the payer goes; without one, the
    payer approves on the phone. `secrets` are kept with the attempt and shown to nobody
    (CinetPay's notify_token).
    """

    provider_ref: str
    redirect_url: str = ""
    state: State = State.pending
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Disputed:
    """Where the disputes of a payment stand together. `amount`: what is argued about, or, once all
    are decided, what is gone; 0: all of the payment. `lost`: what is gone while others are open.
    `fee`: what the provider keeps for them.
    """

    state: DisputeState
    amount: int = 0
    fee: int = 0
    lost: int = 0


FIRST = (DisputeState.open, DisputeState.lost, DisputeState.won)  # of several disputes


def together(found: Sequence[Disputed]) -> Disputed | None:
    """Return where several disputes of one payment stand together: open before lost before won."""
    if not found:
        return None
    state = min((each.state for each in found), key=FIRST.index)
    about, lost = (
        [each.amount for each in found if each.state is one] for one in (state, DisputeState.lost)
    )
    return Disputed(
        state,
        sum(about) if all(about) else 0,
        sum(each.fee for each in found),
        sum(lost) if state is DisputeState.open else 0,
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """What the provider says now. `fee`: what it keeps of `amount`, if it says so.

    `disputed`: the money is with the payer's bank. `dispute` tells more, where the provider does;
    None: there is none, or it does not say how it ended.
    """

    state: State
    amount: int
    currency: str
    provider_ref: str = ""
    reason: str = ""
    fee: int = 0
    refunded: int = 0
    disputed: bool = False
    dispute: Disputed | None = None
    attempt_id: UUID | None = None
    """The attempt that the provider says this is for, where it keeps one: it has to match."""
    saved: str = ""
    """What `Renewing.charge_again` takes, where the payer let a card be kept."""


@dataclass(frozen=True, slots=True)
class Known:
    """A charge as we know it: enough to ask a provider about it."""

    attempt_id: UUID
    provider_ref: str
    method: str
    amount: int
    currency: str
    country: str = ""
    created_at: datetime | None = None
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hook:
    """What a verified webhook is about. `dedupe_key` is the same each time it is delivered."""

    dedupe_key: str
    kind: str
    provider_ref: str = ""
    attempt_id: UUID | None = None
    shows: Mapping[str, str] = field(default_factory=dict)
    """Of the secrets kept with the attempt (`Started.secrets`), those it shows as its only proof:
    who handles it asks `is_proven` before anything else, and drops what is not.
    """
    dispute_state: DisputeState | None = None
    """Of one that `Disputing.disputes` lists: how it stands there, if the list says so."""


def is_proven(hook: Hook, secrets: Mapping[str, str]) -> bool:
    """Whether what a webhook shows is what the attempt keeps; an empty secret proves nothing."""
    return all(
        bool(secrets.get(name)) and compare_digest(secrets[name].encode(), shown.encode())
        for name, shown in hook.shows.items()
    )


@dataclass(frozen=True, slots=True)
class Giving:
    """Money to send back (`refund`, of `charge`) or out (`payout`, to `phone`)."""

    id: UUID
    amount: int
    currency: str
    reason: str = ""
    charge: Known | None = None
    phone: str = ""
    name: str = ""
    country: str = ""
    method: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    state: State
    provider_ref: str = ""
    reason: str = ""
    fee: int = 0


class Provider(Protocol):
    """One third party. Raises Away, Lost or Refused; a second call with one id has no effect."""

    name: str
    is_test: bool
    """Test money: shown as such everywhere, and refused in production."""

    def methods(self) -> tuple[Method, ...]: ...

    async def available(self) -> frozenset[str]:
        """Return the methods that work now; asked before a button is shown, kept for a minute."""
        ...

    async def start(self, charge: Charge) -> Started: ...

    async def find(self, known: Known) -> Seen | None:
        """Return the truth; None when the provider has never heard of this attempt."""
        ...

    async def fetch_keys(self, headers: Mapping[str, str]) -> None:
        """Fetch what `verify` needs to know the sender by: PayPal's certificate. To be awaited
        before every `verify`. Raises Away or Lost (answer 503: it is delivered again) or Unsigned.
        """
        return

    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        """Return what a webhook is about; raise Unsigned. An empty secret verifies nothing.

        Header names are lower case. What needs a network to verify does so in `find`.
        """
        ...

    async def trace(self, hook: Hook) -> Hook:
        """Return a hook with the attempt it is for, where only the provider can tell: a dispute
        at Stripe names its own charge. To be asked before a hook without an attempt is dropped.
        """
        return hook

    def may_refund(self, phone: str) -> bool:
        """Say whether `refund` can send money back with these settings, to who paid so."""
        return True

    async def refund(self, giving: Giving) -> Given:
        """Send money back; raise Refused where this provider cannot (then by hand or in coins)."""
        ...

    async def pay_out(self, giving: Giving) -> Given: ...

    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        """Return what became of a refund or payout; None when it is unknown there."""
        ...

    async def balances(self) -> Mapping[str, int]:
        """Return what the provider holds for us by currency; empty where it does not tell."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class Renewing(Protocol):
    """A provider that can charge a kept card while the payer is away (`isinstance` tells)."""

    async def charge_again(self, charge: Charge, saved: str) -> Started:
        """Charge what `Seen.saved` named. Raises as `start` does; Refused: ask the payer."""
        ...


@runtime_checkable
class Disputing(Protocol):
    """A provider that lists the disputes that moved lately (`isinstance` tells)."""

    async def disputes(self, since: datetime) -> Sequence[Hook]:
        """Return what each is about, as a webhook would: `trace` names those without an attempt.
        Raises Away or Lost.
        """
        ...


@runtime_checkable
class Naming(Protocol):
    """A provider that tells whose a number is (`isinstance` tells)."""

    async def holder(self, phone: str) -> Holder | None:
        """Return who has an E.164 number there; None where it does not tell. Raises Away or Lost,
        which say nothing about anybody.
        """
        ...
