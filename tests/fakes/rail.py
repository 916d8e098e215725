"""What all simulated payment providers share: charges and money of their own, and bad manners.

A simulator says how its protocol looks (`build`, `webhook`), what its provider is called here
(`provider`) and what settings lead to it (`settings`). This base keeps the money:

    class FedaPay(Rail):
        provider, method, currency = "fedapay", "mtn", "XOF"
        def build(self, router): router.add_post("/v1/transactions", self._create) …
        def webhook(self, charge, kind): return headers, body      # signed as the provider signs

    async with FedaPay() as rail:
        …the handler of a charge: rail.charge(str(attempt_id), 1000, "XOF")   # once per attempt
        rail.approve(ref)            # the payer agrees: money moves, a webhook waits to be sent
        rail.decline(ref)
        rail.approve(ref, amount=10)           # another amount than was asked for
        rail.manners = Manners(copies=5, is_shuffled=True, lost=0.2)
        await rail.deliver(post)     # send what waits; `post(headers, body) -> status`
        rail.is_down = True          # every line drops
        rail.troubles.append(answer_lost("POST /v1/transactions"))    # charged, nobody is told
        rail.held("XOF")             # what it holds for us: our books have to say the same

Troubles of single requests (dropped, answer_lost, a status) are tests.fakes.network's.
"""

import random
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from aiohttp import web
from typing_extensions import override

from tests.fakes.network import Handler, Simulator
from tests.wiring import http as http_of

Post = Callable[[Mapping[str, str], bytes], Awaitable[int]]
Sent = tuple[dict[str, str], bytes]


@dataclass
class RailCharge:
    """A charge as the provider keeps it. `amount` is what was really taken."""

    ref: str
    attempt: str
    amount: int
    currency: str
    state: str = "pending"
    phone: str = ""
    method: str = ""
    fee: int = 0
    refunded: int = 0
    is_disputed: bool = False
    more: dict[str, Any] = field(default_factory=dict)
    history: list[str] = field(default_factory=lambda: ["pending"])


@dataclass
class RailGiving:
    """A refund (`charge` is its reference) or a payout, as the provider keeps it."""

    ref: str
    id: str
    amount: int
    currency: str
    charge: str = ""
    phone: str = ""
    state: str = "pending"
    more: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Manners:
    """How webhooks are sent: so many copies, in any order, some never, some forged as well."""

    copies: int = 1
    is_shuffled: bool = False
    lost: float = 0.0
    is_forged: bool = False


class Rail(Simulator):
    provider = ""
    method = ""
    currency = "XOF"
    country = "BJ"
    phone = "+2290197000000"

    def __init__(self, seed: int = 1) -> None:
        self.chance = random.Random(seed)
        self.charges: dict[str, RailCharge] = {}
        self.givings: dict[str, RailGiving] = {}
        self.waiting: list[Sent] = []
        self.manners = Manners()
        self.is_down = False
        self.opening = 0
        super().__init__()
        self.app.router.add_post("/__payer__/{attempt}", self._payer)
        self.app.router.add_post("/__payee__", self._payee)

    # What a simulator says of itself.

    def settings(self) -> dict[str, Any]:
        """Return the settings of payments_service that lead here, by field name."""
        raise NotImplementedError

    def webhook(self, charge: RailCharge, kind: str) -> Sent | None:
        """Return the headers and the body of a webhook that says `kind` (the new state)."""
        raise NotImplementedError

    # What its handlers do.

    def charge(
        self, attempt: str, amount: int, currency: str, *, ref: str = "", **more: Any
    ) -> RailCharge:
        """Return the charge of that attempt: made once, however often it is asked for."""
        known = self.of_attempt(attempt)
        if known is not None:
            return known
        ref = ref or f"{self.provider}-{uuid.UUID(int=self.chance.getrandbits(128)).hex[:16]}"
        phone, method = more.pop("phone", ""), more.pop("method", "")
        made = RailCharge(ref, attempt, amount, currency, phone=phone, method=method, more=more)
        self.charges[ref] = made
        return made

    def of_attempt(self, attempt: str) -> RailCharge | None:
        return next((each for each in self.charges.values() if each.attempt == attempt), None)

    def give(
        self, giving_id: str, amount: int, currency: str, *, charge: str = "", **more: Any
    ) -> RailGiving:
        """Return the refund or payout of that id, made once. Refunds leave the charge smaller."""
        known = self.givings.get(giving_id)
        if known is not None:
            return known
        ref = f"{self.provider}-g-{len(self.givings) + 1}"
        phone = more.pop("phone", "")
        made = RailGiving(ref, giving_id, amount, currency, charge, phone, more=more)
        self.givings[giving_id] = made
        return made

    def is_asked(self, giving: RailGiving) -> bool:
        """Say whether a refund or payout was asked for in full, where that takes several steps."""
        return True

    def settle_giving(self, giving_id: str, state: str = "approved") -> RailGiving:
        """End a refund or payout; the money leaves when it is approved."""
        giving = self.givings[giving_id]
        if giving.state != "approved" and state == "approved" and giving.charge:
            self.charges[giving.charge].refunded += giving.amount
        giving.state = state
        return giving

    # What payers do, by the charge's reference.

    def approve(self, ref: str, amount: int | None = None, currency: str = "") -> RailCharge:
        charge = self.charges[ref]
        charge.amount = charge.amount if amount is None else amount
        charge.currency = currency or charge.currency
        return self.move(ref, "approved")

    def decline(self, ref: str) -> RailCharge:
        return self.move(ref, "declined")

    def cancel(self, ref: str) -> RailCharge:
        return self.move(ref, "cancelled")

    def expire(self, ref: str) -> RailCharge:
        return self.move(ref, "expired")

    def move(self, ref: str, state: str) -> RailCharge:
        """Change what a charge is, and have a webhook wait to be sent."""
        charge = self.charges[ref]
        charge.state = state
        charge.history.append(state)
        self.tell(charge, state)
        return charge

    def tell(self, charge: RailCharge, kind: str) -> None:
        if (sent := self.webhook(charge, kind)) is not None:
            self.waiting.append(sent)

    # What it holds, and what it sends.

    def held(self, currency: str) -> int:
        """Return the money it holds for us, its fees taken off."""
        came = sum(
            charge.amount - charge.fee - charge.refunded
            for charge in self.charges.values()
            if charge.state == "approved" and charge.currency == currency
        )
        went = sum(
            giving.amount
            for giving in self.givings.values()
            if giving.state == "approved" and giving.currency == currency and not giving.charge
        )
        return self.opening + came - went

    async def deliver(self, post: Post) -> list[int]:
        """Send what waits, with these manners; return the statuses of what was no forgery."""
        waiting, self.waiting = self.waiting, []
        sent = [
            each
            for each in waiting
            if self.chance.random() >= self.manners.lost
            for _ in range(self.manners.copies)
        ]
        if self.manners.is_shuffled:
            self.chance.shuffle(sent)
        statuses = []
        for headers, body in sent:
            if self.manners.is_forged:
                assert await post(*self.forged(headers, body)) >= 400, "a forgery was taken"
            statuses.append(await post(headers, body))
        return statuses

    def forged(self, headers: dict[str, str], body: bytes) -> Sent:
        """Return that webhook with another body under the same signature."""
        return headers, body.replace(b"1", b"2", 1) + b" "

    async def _payer(self, request: web.Request) -> web.Response:
        """Let the payer of an attempt agree, and return the webhooks that wait: for a payments
        service in another process, which posts them to itself.
        """
        charge = self.of_attempt(request.match_info["attempt"])
        if charge is not None and charge.state == "pending":
            self.approve(charge.ref)
        sent, self.waiting = self.waiting, []
        return web.json_response([[headers, body.hex()] for headers, body in sent])

    async def _payee(self, request: web.Request) -> web.Response:
        """Carry out every refund and payout that was asked for."""
        for giving in self.givings.values():
            if giving.state == "pending" and self.is_asked(giving):
                self.settle_giving(giving.id)
        return web.Response()

    @override
    async def _befall(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not self.is_down:
            return await super()._befall(request, handler)
        self.asked.append(f"{request.method} {request.path}")
        assert request.transport is not None
        request.transport.abort()
        return web.Response()


def to_app(app: Any, provider: str) -> Post:
    """Return what posts webhooks to an app's inbox."""

    async def post(headers: Mapping[str, str], body: bytes) -> int:
        async with http_of(app) as client:
            answer = await client.post(f"/webhooks/{provider}", headers=headers, content=body)
        return answer.status_code

    return post


def to_address(url: str, provider: str) -> Post:
    """Return what posts webhooks to a service on the network."""

    async def post(headers: Mapping[str, str], body: bytes) -> int:
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            answer = await client.post(f"/webhooks/{provider}", headers=headers, content=body)
        return answer.status_code

    return post
