"""Stripe's API on loopback: Checkout, payments by kept cards, refunds, disputes, idempotency keys
that answer what they answered before, webhooks signed at the moment they are sent.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from typing_extensions import override

from kit import clock
from payments_service.rules.signatures import sign
from tests.fakes.network import Handler, refuse
from tests.fakes.rail import Post, Rail, RailCharge, Sent
from tests.fakes.stripe_objects import (
    INTENTS,
    dispute,
    expanded,
    form,
    shown_dispute,
    shown_intent,
    shown_refund,
    shown_session,
    taken,
)

KEY = "sk_test_a-key-that-is-long-enough"
SECRET = "whsec_a-secret-that-is-long-enough"
EVENTS = {
    "approved": "checkout.session.completed",
    "cancelled": "checkout.session.expired",
    "declined": "checkout.session.async_payment_failed",
    "expired": "checkout.session.expired",
}


class Stripe(Rail):
    """`settles_in`: the currency of its fees and payouts; empty: the payment's. `off_session`: how
    kept cards are declined, or nothing. `pending`: not yet available. `heads`: of what was posted.
    """

    provider, method, currency, country, phone = "stripe", "card", "EUR", "TG", ""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.settles_in = ""
        self.off_session = ""
        self.is_slow = False
        self.pending = 0
        self.events = 0
        self.answered: dict[str, tuple[str, int, bytes]] = {}
        self.per_page = 100
        self.heads: list[Mapping[str, str]] = []

    @override
    def settings(self) -> dict[str, Any]:
        return {"stripe_url": self.url, "stripe_key": KEY, "stripe_webhook_secret": SECRET}

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/checkout/sessions", self._keyed(self._create))
        router.add_get("/v1/checkout/sessions", self._list_sessions)
        router.add_get("/v1/checkout/sessions/{id}", self._session)
        router.add_post("/v1/payment_intents", self._keyed(self._charge_card))
        router.add_get("/v1/payment_intents", self._list_intents)
        router.add_get("/v1/payment_intents/{id}", self._intent)
        router.add_post("/v1/refunds", self._keyed(self._refund))
        router.add_get("/v1/refunds", self._list_refunds)
        router.add_get("/v1/refunds/{id}", self._retrieve_refund)
        router.add_get("/v1/disputes", self._disputes)
        router.add_get("/v1/balance", self._balance)

    @override
    def webhook(self, charge: RailCharge, kind: str) -> Sent:
        if charge.ref.startswith("pi_"):
            about = shown_intent(charge)
            return self.event(f"payment_intent.{INTENTS.get(charge.state, 'canceled')}", about)
        name = EVENTS[kind]
        if kind == "approved" and "declined" in charge.history:
            name = "checkout.session.async_payment_succeeded"
        return self.event(name, shown_session(charge))

    def event(self, kind: str, about: Mapping[str, Any]) -> Sent:
        self.events += 1
        event = {
            "id": f"evt_{self.events}",
            "object": "event",
            "type": kind,
            "created": int(clock.now().timestamp()),
            "data": {"object": about},
        }
        body = json.dumps(event).encode()
        return self.signed(body), body

    def signed(self, body: bytes, moment: int | None = None) -> dict[str, str]:
        seconds = str(int(clock.now().timestamp()) if moment is None else moment)
        signature = sign(seconds, body, SECRET, joint=b".")
        return {"Stripe-Signature": f"t={seconds},v1={signature},v0={'0' * 64}"}

    @override
    async def deliver(self, post: Post) -> list[int]:
        """Sign what waits at the moment it is sent, as every retry of Stripe's is."""
        self.waiting = [(self.signed(body), body) for _, body in self.waiting]
        return await super().deliver(post)

    def dispute(
        self, ref: str, status: str = "needs_response", amount: int = 0, fee: int = 0
    ) -> RailCharge:
        """Let the payer's bank take money back, all of it or so much, until the dispute is won."""
        charge = self.charges[ref]
        kinds = dispute(charge, status, amount or charge.amount, fee)
        about = shown_dispute(charge)
        self.waiting += [self.event(f"charge.dispute.{kind}", about) for kind in kinds]
        return charge

    @override
    def held(self, currency: str) -> int:
        found = (taken(each) for each in self.charges.values() if each.currency == currency)
        return super().held(currency) - sum(found)

    def turn_card_down(self, ref: str, code: str = "insufficient_funds") -> None:
        """Decline a card while the page stays open for another one."""
        self.charges[ref].more["decline"] = code

    def forget_keys(self) -> None:
        """Do what Stripe does after a day."""
        self.answered = {}

    def _keyed(self, handler: Handler) -> Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            if denied := self._denied(request):
                return denied
            self.heads.append(request.headers)
            key, asked = request.headers["Idempotency-Key"], await request.text()
            if key in self.answered:
                before, status, content = self.answered[key]
                if before != asked:
                    return _error(400, "idempotency_error", "", "Keys are for one request.")
                return web.Response(status=status, body=content, content_type="application/json")
            made = await handler(request)
            assert isinstance(made, web.Response)
            assert isinstance(made.body, bytes)
            if not (400 <= made.status < 500 and made.status != 402):
                self.answered[key] = (asked, made.status, made.body)
            return made

        return answer

    async def _create(self, request: web.Request) -> web.StreamResponse:
        given = await form(request)
        item = given["line_items"]["0"]["price_data"]
        currency, amount = item["currency"], int(item["unit_amount"])
        if currency not in ("xof", "eur", "usd"):
            return _error(
                400, "invalid_request_error", "currency_not_supported", "Invalid currency"
            )
        if amount < 50:
            return _invalid("amount_too_small", "At least 50.")
        number = len(self.charges) + 1
        made = self._new(f"cs_test_{number}", given["client_reference_id"], amount, currency)
        payment = given["payment_intent_data"]
        made.more.update(
            intent=f"pi_{number}",
            metadata=payment["metadata"],
            keeps=payment.get("setup_future_usage"),
            given=given,
        )
        return web.json_response(shown_session(made))

    async def _charge_card(self, request: web.Request) -> web.StreamResponse:
        given = await form(request)
        ref = f"pi_{len(self.charges) + 1}"
        if self.off_session:
            return _error(402, "card_error", "card_declined", "Declined.", self.off_session)
        attempt = given["metadata"]["attempt_id"]
        made = self._new(ref, attempt, int(given["amount"]), given["currency"])
        made.more.update(intent=ref, metadata=given["metadata"], card=given["payment_method"])
        self.approve(ref)
        return web.json_response(shown_intent(made))

    async def _list_sessions(self, request: web.Request) -> web.StreamResponse:
        found = [each for each in self.charges.values() if each.ref.startswith("cs_")]
        rows = [shown_session(each) for each in found]
        return self._denied(request) or self._page(request, rows)

    async def _list_intents(self, request: web.Request) -> web.StreamResponse:
        rows = [shown_intent(each) for each in self.charges.values()]
        return self._denied(request) or self._page(request, rows)

    async def _session(self, request: web.Request) -> web.StreamResponse:
        found = self.charges.get(request.match_info["id"])
        if (denied := self._denied(request)) or found is None:
            return denied or _missing("checkout.session")
        return web.json_response(shown_session(found, expanded(request), self.settles_in))

    async def _intent(self, request: web.Request) -> web.StreamResponse:
        found = self._of_intent(request.match_info["id"])
        if (denied := self._denied(request)) or found is None:
            return denied or _missing("payment_intent")
        return web.json_response(shown_intent(found, expanded(request), self.settles_in))

    async def _refund(self, request: web.Request) -> web.StreamResponse:
        given = await form(request)
        charge = self._of_intent(given["payment_intent"])
        if charge is None or charge.state != "approved":
            return _missing("payment_intent")
        amount = int(given["amount"])
        if amount > charge.amount - charge.refunded:
            code = "charge_already_refunded" if charge.refunded else "amount_too_large"
            return _invalid(code, "Greater than what is left.")
        refund_id = given["metadata"]["refund_id"]
        name = refund_id if refund_id not in self.givings else f"{refund_id}-again"
        made = self.give(
            name, amount, charge.currency, charge=charge.ref, metadata=given["metadata"]
        )
        made.ref = f"re_{len(self.givings)}"
        if not self.is_slow:
            self.settle_giving(name)
        return web.json_response(shown_refund(made, charge))

    async def _list_refunds(self, request: web.Request) -> web.StreamResponse:
        charge = self._of_intent(request.query["payment_intent"])
        rows = [
            shown_refund(each, charge)
            for each in self.givings.values()
            if charge and each.charge == charge.ref
        ]
        return self._denied(request) or self._page(request, rows)

    async def _retrieve_refund(self, request: web.Request) -> web.StreamResponse:
        ref = request.match_info["id"]
        found = next((each for each in self.givings.values() if each.ref == ref), None)
        if (denied := self._denied(request)) or found is None:
            return denied or _missing("refund")
        return web.json_response(shown_refund(found, self.charges[found.charge]))

    async def _disputes(self, request: web.Request) -> web.StreamResponse:
        wanted = request.query.get("payment_intent", "")
        found = [each for each in self.charges.values() if each.is_disputed]
        rows = [shown_dispute(each) for each in found if wanted in ("", each.more["intent"])]
        return self._denied(request) or self._page(request, rows)

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        currencies = {each.currency for each in self.charges.values()} or {self.currency}
        available = [
            {"amount": self.held(each) - self.pending, "currency": each.lower()}
            for each in sorted(currencies)
        ]
        waiting = [{"amount": self.pending, "currency": self.currency.lower()}]
        answer = {"object": "balance", "available": available, "pending": waiting}
        return self._denied(request) or web.json_response(answer)

    def _new(self, ref: str, attempt: str, amount: int, currency: str) -> RailCharge:
        made = RailCharge(ref, attempt, amount, currency.upper())
        made.more["created"] = int(clock.now().timestamp())
        self.charges[ref] = made
        return made

    def _of_intent(self, ref: str) -> RailCharge | None:
        return next((e for e in self.charges.values() if e.more["intent"] == ref), None)

    def _page(self, request: web.Request, rows: list[dict[str, Any]]) -> web.StreamResponse:
        """Return a page, the newest first."""
        since, until = (int(request.query.get(f"created[{x}]", 0)) for x in ("gte", "lte"))
        rows = [
            row
            for row in rows[::-1]
            if since <= row.get("created", since) and (not until or row["created"] <= until)
        ]
        after = request.query.get("starting_after")
        start = next((n + 1 for n, row in enumerate(rows) if row["id"] == after), 0)
        shown = rows[start : start + self.per_page]
        more = len(rows) > start + self.per_page
        return web.json_response(
            {"object": "list", "url": request.path, "data": shown, "has_more": more}
        )

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        assert request.headers.get("Stripe-Version") == "2026-10-28.endive"
        if request.headers.get("Authorization") == f"Bearer {KEY}":
            return None
        return _error(401, "invalid_request_error", "", "Invalid API Key provided")


def _invalid(code: str, said: str) -> web.Response:
    return _error(400, "invalid_request_error", code, said)


def _missing(what: str) -> web.Response:
    return _error(404, "invalid_request_error", "resource_missing", f"No such {what}")


def _error(status: int, kind: str, code: str, said: str, decline: str = "") -> web.Response:
    error = {"type": kind, "code": code, "message": said}
    if decline:
        error["decline_code"] = decline
    digest = hashlib.sha256(said.encode()).hexdigest()[:8]
    return refuse(status, {"error": {**error, "request_log_url": f"https://x.test/{digest}"}})
