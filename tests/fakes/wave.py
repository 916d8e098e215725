"""Wave's Business API on loopback: sessions that stay open after a failed payment, refunds of whole
sessions, payouts, webhooks signed over time and body with nothing between them.
"""

import json
from typing import Any

from aiohttp import web
from typing_extensions import override

from kit import clock
from payments_service.rules.amounts import minor_units, written
from payments_service.rules.signatures import sign
from tests.fakes.network import refuse
from tests.fakes.rail import Post, Rail, RailCharge, RailGiving, Sent

KEY = "wave_ci_prod_a-key-that-is-long-enough"
SECRET = "wave_ci_WHS_a-secret-that-is-long-enough"
EVENTS = {"approved": "checkout.session.completed", "declined": "checkout.session.payment_failed"}
PAYOUT_STATUSES = {"pending": "processing", "approved": "succeeded", "declined": "failed"}


class Wave(Rail):
    """`keeps_keys`: whether an idempotency key counts for sessions too. `is_slow`: payouts take
    their time. `tells_refunds`: whether a session says that it was refunded.
    """

    provider, method, currency, country = "wave", "wave", "XOF", "CI"
    phone = "+2250707070707"

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.keeps_keys = True
        self.is_slow = False
        self.tells_refunds = True
        self.events = 0

    @override
    def settings(self) -> dict[str, Any]:
        return {
            "wave_url": self.url,
            "wave_api_key": KEY,
            "wave_webhook_secret": SECRET,
            "wave_countries": "CI,SN",
        }

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/checkout/sessions", self._create)
        router.add_get("/v1/checkout/sessions/search", self._search)
        router.add_get("/v1/checkout/sessions/{id}", self._retrieve)
        router.add_post("/v1/checkout/sessions/{id}/refund", self._refund)
        router.add_post("/v1/payout", self._payout)
        router.add_get("/v1/payout/{id}", self._retrieve_payout)
        router.add_get("/v1/payouts/search", self._search_payouts)
        router.add_get("/v1/balance", self._balance)

    @override
    def webhook(self, charge: RailCharge, kind: str) -> Sent | None:
        if kind not in EVENTS:
            return None
        self.events += 1
        event = {"id": f"EV_{self.events}", "type": EVENTS[kind], "data": self._shown(charge)}
        body = json.dumps(event).encode()
        return self.signed(body), body

    def signed(self, body: bytes, moment: int | None = None) -> dict[str, str]:
        seconds = str(int(clock.now().timestamp()) if moment is None else moment)
        return {"Wave-Signature": f"t={seconds},v1={sign(seconds, body, SECRET, joint=b'')}"}

    @override
    async def deliver(self, post: Post) -> list[int]:
        """Sign what waits at the moment it is sent."""
        self.waiting = [(self.signed(body), body) for _, body in self.waiting]
        return await super().deliver(post)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        if not isinstance(given.get("amount"), str) or given.get("currency") != "XOF":
            return _invalid("request-validation-error", "amount is a string, in XOF")
        reference = given["client_reference"]
        amount = minor_units(given["amount"], "XOF")
        if not self.keeps_keys and self.of_attempt(reference):
            made = RailCharge(f"cos-{len(self.charges) + 1}", reference, amount, "XOF")
            self.charges[made.ref] = made
        else:
            made = self.charge(reference, amount, "XOF", ref=f"cos-{len(self.charges) + 1}")
        made.more.update(success_url=given["success_url"], error_url=given["error_url"])
        return web.json_response(self._shown(made))

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        found = self.charges.get(request.match_info["id"])
        if (denied := self._denied(request)) or found is None:
            return denied or _missing()
        return web.json_response(self._shown(found))

    async def _search(self, request: web.Request) -> web.StreamResponse:
        wanted = request.query["client_reference"]
        rows = [self._shown(each) for each in self.charges.values() if each.attempt == wanted]
        return self._denied(request) or web.json_response({"result": rows})

    async def _refund(self, request: web.Request) -> web.StreamResponse:
        charge = self.charges.get(request.match_info["id"])
        if (denied := self._denied(request)) or charge is None:
            return denied or _missing()
        if charge.state != "approved":
            return _invalid("checkout-refund-failed", "this session was not paid")
        given = self.give(f"refund-{charge.ref}", charge.amount, charge.currency, charge=charge.ref)
        self.settle_giving(given.id)
        return web.Response(status=200)

    async def _payout(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        if not given.get("mobile", "").startswith("+"):
            return _invalid("recipient-mobile-invalid", "mobile is E.164")
        amount = minor_units(given["receive_amount"], given["currency"])
        key = request.headers.get("Idempotency-Key", "")
        if key in self.givings and self.givings[key].amount != amount:
            return refuse(409, {"code": "idempotency-mismatch", "message": "another amount"})
        made = self.give(key, amount, given["currency"], phone=given["mobile"])
        made.more.update(name=given.get("name"), reference=given["client_reference"])
        if made.state == "pending" and not self.is_slow:
            self.settle_giving(key)
        return web.json_response(_giving(made))

    async def _retrieve_payout(self, request: web.Request) -> web.StreamResponse:
        ref = request.match_info["id"]
        found = next((each for each in self.givings.values() if each.ref == ref), None)
        if (denied := self._denied(request)) or found is None:
            return denied or _missing()
        return web.json_response(_giving(found))

    async def _search_payouts(self, request: web.Request) -> web.StreamResponse:
        wanted = request.query["client_reference"]
        paid_out = (each for each in self.givings.values() if not each.charge)
        rows = [_giving(each) for each in paid_out if each.more["reference"] == wanted]
        return self._denied(request) or web.json_response({"result": rows})

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        answer = {"amount": written(self.held("XOF"), "XOF"), "currency": "XOF"}
        return self._denied(request) or web.json_response(answer)

    def _shown(self, charge: RailCharge) -> dict[str, Any]:
        """Return a session. A declined payment leaves it open, and says why."""
        ends = {"approved": "complete", "expired": "expired"}
        paid = {"approved": "succeeded", "cancelled": "cancelled"}
        shown: dict[str, Any] = {
            "id": charge.ref,
            "amount": written(charge.amount, charge.currency),
            "currency": charge.currency,
            "client_reference": charge.attempt,
            "checkout_status": ends.get(charge.state, "open"),
            "payment_status": paid.get(charge.state, "processing"),
            "last_payment_error": None,
            "wave_launch_url": f"https://pay.wave.com/c/{charge.ref}",
            "transaction_id": f"T_{charge.ref}" if charge.state == "approved" else None,
        }
        if charge.state == "declined":
            code = charge.more.get("error", "insufficient-funds")
            shown["last_payment_error"] = {"code": code, "message": "the payment failed"}
        if charge.refunded and self.tells_refunds:
            shown["when_refunded"] = clock.now().isoformat()
        return shown

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        if request.headers.get("Authorization") == f"Bearer {KEY}":
            return None
        return refuse(401, {"code": "no-matching-api-key", "message": "This key is not known."})


def _giving(giving: RailGiving) -> dict[str, Any]:
    shown = {
        "id": giving.ref,
        "currency": giving.currency,
        "receive_amount": written(giving.amount, giving.currency),
        "fee": "0",
        "mobile": giving.phone,
        "client_reference": giving.more["reference"],
        "status": PAYOUT_STATUSES[giving.state],
    }
    if giving.state == "declined":
        shown["payout_error"] = {"error_code": "recipient-mobile-invalid", "error_message": ""}
    return shown


def _invalid(code: str, said: str) -> web.Response:
    return refuse(400, {"code": code, "message": said})


def _missing() -> web.Response:
    return refuse(404, {"code": "not-found", "message": "There is no such thing."})
