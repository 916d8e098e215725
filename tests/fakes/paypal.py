"""PayPal on loopback: orders that the payer approves and we capture, refunds, complaints, and
webhooks signed with the key of a certificate that is fetched.
"""

import base64
import json
import zlib
from typing import Any

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from typing_extensions import override

from kit import clock
from payments_service.providers.paypal_certificates import Certificates
from payments_service.providers.provider import Provider
from payments_service.rules.amounts import minor_units, written
from tests.fakes import paypal_seals as seals
from tests.fakes.network import refuse
from tests.fakes.paypal_objects import (
    Elsewhere,
    Shown,
    no,
    shown_capture,
    shown_complaint,
    shown_order,
    shown_refund,
)
from tests.fakes.rail import Post, Rail, RailCharge, Sent

CLIENT, SECRET, WEBHOOK = "a-client", "a-secret-that-is-long-enough", "WH-ID-1"
PLACE = "https://api.paypal.com/v1/notifications/certs/"
SUMMARY = ("dispute_id", "status", "dispute_amount")  # all that its list tells of a complaint
EVENTS = {
    "approved": "PAYMENT.CAPTURE.COMPLETED",
    "declined": "PAYMENT.CAPTURE.DECLINED",
    "pending": "CHECKOUT.ORDER.APPROVED",
    "cancelled": "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
    "expired": "CHECKOUT.PAYMENT-APPROVAL.REVERSED",
}


class PayPal(Rail):
    """`approve` and `decline` are what the payer does there: the money comes, or the card is turned
    down, when we capture. `certificates`: what can be fetched, by name.
    """

    provider, method, currency, country, phone = "paypal", "paypal", "EUR", "", ""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        root = seals.authority("Authority")
        self.authorities = [root]
        self.certificates = {"CERT-1": seals.pem(seals.leaf(), seals.between("Authority"))}
        self.certificate = "CERT-1"
        self.tokens: set[str] = set()
        self.logins = self.events = self.captures = 0
        self.may_report = True
        self.is_slow = False
        self.lists_funds = True
        self.complaints: dict[str, Shown] = {}
        self.answered: dict[str, tuple[str, Shown]] = {}

    @override
    def settings(self) -> dict[str, Any]:
        return {
            "paypal_url": self.url,
            "paypal_client_id": CLIENT,
            "paypal_secret": SECRET,
            "paypal_webhook_id": WEBHOOK,
        }

    def trusted_by(self, provider: Provider, more: bytes = b"") -> None:
        """Have a provider fetch certificates here and trust our authority, else all is as ever."""
        known = Certificates(more, Elsewhere.client(self.port), self.authorities)
        provider.certificates = known  # type: ignore[attr-defined]  # PayPal's own

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/oauth2/token", self._login)
        router.add_post("/v2/checkout/orders", self._create)
        router.add_get("/v2/checkout/orders/{id}", self._order)
        router.add_post("/v2/checkout/orders/{id}/capture", self._capture)
        router.add_post("/v2/payments/captures/{id}/refund", self._refund)
        router.add_get("/v2/payments/refunds/{id}", self._refunded)
        router.add_get("/v1/customer/disputes", self._disputes)
        router.add_get("/v1/customer/disputes/{id}", self._dispute)
        router.add_get("/v1/reporting/balances", self._balances)
        router.add_get("/v1/notifications/certs/{name}", self._certificate)

    # What the payer does.

    @override
    def approve(self, ref: str, amount: int | None = None, currency: str = "") -> RailCharge:
        charge = self.charges[ref]
        charge.amount = charge.amount if amount is None else amount
        charge.currency = currency or charge.currency
        return self._agree(charge, declines=False)

    @override
    def decline(self, ref: str) -> RailCharge:
        return self._agree(self.charges[ref], declines=True)

    def complain(
        self,
        ref: str,
        status: str = "OPEN",
        outcome: str = "",
        gone: int = 0,
        fee: int | None = None,
    ) -> RailCharge:
        """Let the payer complain, and the money be held; or end that, `RESOLVED` and how. `gone`:
        what the payer is given, where that is not all. `fee`: what is kept for it by now.
        """
        charge = self.charges[ref]
        moves = charge.more.setdefault("fees", [])
        if fee is not None and (more := fee - sum(moves)):
            moves.append(more)
        kind = "UPDATED" if charge.is_disputed else "CREATED"
        kind = "RESOLVED" if status == "RESOLVED" else kind
        charge.is_disputed = True
        shown = shown_complaint(charge, status, outcome, gone, is_new=self.lists_funds)
        is_lost = outcome in ("RESOLVED_BUYER_FAVOUR", "ACCEPTED")
        charge.more["away"] = (gone or charge.amount) if is_lost else 0
        charge.more["away"] = charge.amount if status != "RESOLVED" else charge.more["away"]
        self.complaints[f"CAP-{ref}"] = shown
        self.waiting.append(self.event(f"CUSTOMER.DISPUTE.{kind}", "dispute", shown))
        return charge

    @override
    def held(self, currency: str) -> int:
        """Return what it holds for us, without what complaints have taken and cost."""
        here = [each for each in self.charges.values() if each.currency == currency]
        fees = sum(sum(each.more.get("fees", [])) for each in here)
        return super().held(currency) - fees - sum(int(each.more.get("away", 0)) for each in here)

    def _agree(self, charge: RailCharge, *, declines: bool) -> RailCharge:
        charge.more.update(is_agreed=True, declines=declines, version=charge.more["version"] + 1)
        charge.state = "pending"
        self.tell(charge, "pending")
        return charge

    # Webhooks.

    @override
    def webhook(self, charge: RailCharge, kind: str) -> Sent:
        if kind in ("approved", "declined"):
            ids = {"related_ids": {"order_id": charge.ref}}
            shown = {**shown_capture(charge), "supplementary_data": ids}
            return self.event(EVENTS[kind], "capture", shown)
        return self.event(EVENTS[kind], "checkout-order", self._shown(charge))

    def event(self, kind: str, what: str, resource: Shown) -> Sent:
        self.events += 1
        event = {
            "id": f"WH-{self.events}",
            "event_type": kind,
            "resource_type": what,
            "resource": resource,
        }
        body = json.dumps(event).encode()
        return self.signed(body), body

    def signed(self, body: bytes, sent: str = "", webhook_id: str = WEBHOOK) -> dict[str, str]:
        """Return the headers of a webhook, signed with the key of our certificate."""
        sent = sent or clock.now().isoformat(timespec="seconds").replace("+00:00", "Z")
        transmission = f"t-{self.events}-{zlib.crc32(body)}"
        message = f"{transmission}|{sent}|{webhook_id}|{zlib.crc32(body)}"
        signature = seals.rsa_key("paypal").sign(message.encode(), PKCS1v15(), SHA256())
        return {
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-TIME": sent,
            "PAYPAL-TRANSMISSION-SIG": base64.b64encode(signature).decode(),
            "PAYPAL-CERT-URL": PLACE + self.certificate,
            "PAYPAL-AUTH-ALGO": "SHA256withRSA",
        }

    @override
    async def deliver(self, post: Post) -> list[int]:
        self.waiting = [(self.signed(body), body) for _, body in self.waiting]
        return await super().deliver(post)

    # Its API.

    async def _login(self, request: web.Request) -> web.StreamResponse:
        given = request.headers.get("Authorization", "")
        form = await request.post()
        login = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if given != f"Basic {login}" or "grant_type" not in form:
            return refuse(401, {"error": "invalid_client", "error_description": "Authentication"})
        self.logins += 1
        token = f"A21-{self.logins}"
        self.tokens.add(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 32_400}
        return web.json_response(answer)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        (unit,) = given["purchase_units"]
        currency, value = unit["amount"]["currency_code"], unit["amount"]["value"]
        if currency not in ("EUR", "USD"):
            return no("CURRENCY_NOT_SUPPORTED")
        known = self.of_attempt(unit["custom_id"])
        if known is not None and request.headers["PayPal-Request-Id"] in self.answered:
            return web.json_response(self._shown(known), status=200)
        ref = f"ORDER{len(self.charges) + 1}"
        amount = minor_units(value, currency)
        made = RailCharge(ref, unit["custom_id"], amount, currency)
        made.more.update(version=1, given=given, is_agreed=False)
        self.charges[ref] = made
        self.answered[request.headers["PayPal-Request-Id"]] = (ref, {})
        return web.json_response(self._shown(made), status=201)

    async def _order(self, request: web.Request) -> web.StreamResponse:
        found = self.charges.get(request.match_info["id"])
        if (denied := self._denied(request)) or found is None or found.state == "expired":
            return denied or refuse(404, {"name": "RESOURCE_NOT_FOUND"})
        return web.json_response(self._shown(found))

    async def _capture(self, request: web.Request) -> web.StreamResponse:
        charge = self.charges.get(request.match_info["id"])
        if (denied := self._denied(request)) or charge is None:
            return denied or refuse(404, {"name": "RESOURCE_NOT_FOUND"})
        if charge.state == "approved":
            return no("ORDER_ALREADY_CAPTURED")
        if not charge.more["is_agreed"]:
            return no("ORDER_NOT_APPROVED")
        self.captures += 1
        if charge.more["declines"]:
            charge.more["is_agreed"] = False
            self.move(charge.ref, "declined")
            return no("INSTRUMENT_DECLINED")
        self.move(charge.ref, "approved")
        return web.json_response(self._shown(charge), status=201)

    async def _refund(self, request: web.Request) -> web.StreamResponse:
        charge = self.charges.get(request.match_info["id"].removeprefix("CAP-"))
        if (denied := self._denied(request)) or charge is None:
            return denied or refuse(404, {"name": "RESOURCE_NOT_FOUND"})
        given = await request.json()
        money = given["amount"]
        amount = minor_units(money["value"], money["currency_code"])
        key = request.headers["PayPal-Request-Id"]
        if key not in self.givings and amount > charge.amount - charge.refunded:
            return no("REFUND_AMOUNT_EXCEEDED")
        made = self.give(key, amount, money["currency_code"], charge=charge.ref, given=given)
        if not self.is_slow:
            self.settle_giving(key)
        return web.json_response(shown_refund(made), status=201)

    async def _refunded(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["id"]
        found = next((each for each in self.givings.values() if each.ref == wanted), None)
        if (denied := self._denied(request)) or found is None:
            return denied or refuse(404, {"name": "RESOURCE_NOT_FOUND"})
        return web.json_response(shown_refund(found))

    async def _disputes(self, request: web.Request) -> web.StreamResponse:
        if (denied := self._denied(request)) or not self.may_report:
            return denied or refuse(403, {"name": "NOT_AUTHORIZED"})
        wanted = request.query.get("disputed_transaction_id")
        found = [each for of, each in self.complaints.items() if wanted in (None, of)]
        summaries = [{name: each[name] for name in SUMMARY} for each in found]
        return web.json_response({"items": summaries})

    async def _dispute(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["id"]
        found = [each for each in self.complaints.values() if each["dispute_id"] == wanted]
        if (denied := self._denied(request)) or not found:
            return denied or refuse(404, {"name": "RESOURCE_NOT_FOUND"})
        return web.json_response(found[0])

    async def _balances(self, request: web.Request) -> web.StreamResponse:
        if (denied := self._denied(request)) or not self.may_report:
            return denied or refuse(403, {"name": "NOT_AUTHORIZED"})
        rows = []
        for currency in ("EUR", "USD"):
            held = self.held(currency)
            value = f"{'-' if held < 0 else ''}{written(abs(held), currency)}"
            total = {"currency_code": currency, "value": value}
            rows.append({"currency": currency, "total_balance": total})
        return web.json_response({"balances": rows})

    async def _certificate(self, request: web.Request) -> web.StreamResponse:
        found = self.certificates.get(request.match_info["name"])
        return web.Response(body=found) if found else refuse(404, {})

    def _shown(self, charge: RailCharge) -> Shown:
        refunds = [each for each in self.givings.values() if each.charge == charge.ref]
        return shown_order(charge, refunds, self.url)

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token in self.tokens:
            return None
        return refuse(401, {"error": "invalid_token", "error_description": "Token signature"})
