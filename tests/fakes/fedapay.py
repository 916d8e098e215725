"""FedaPay's API v1 on loopback: envelopes, references that are unique, payouts in two steps,
questions on the phone, webhooks signed at the moment they are sent.
"""

import json
from typing import Any

from aiohttp import web
from typing_extensions import override

from kit import clock
from payments_service.rules.signatures import sign
from tests.fakes.network import refuse
from tests.fakes.rail import Post, Rail, RailCharge, RailGiving, Sent

KEY = "sk_sandbox_a-key-that-is-long-enough"
SECRET = "wh_sandbox_a-secret-that-is-long-enough"
GOOD_NUMBERS = {"64000001", "66000001"}  # of its sandbox; with any other the payment fails
STATUSES = {"cancelled": "canceled"}
PAYOUT_STATUSES = {"pending": "started", "approved": "sent", "declined": "failed"}
PAGE = 25


class FedaPay(Rail):
    """`knows_references`: whether things can be read by our reference, and not only listed.
    `has_phones`: whether this account may ask on the phone; `asked_phones`: who was asked.
    `expands`: whether it heeds `include`. `starts`: the payouts that were started.
    """

    provider, method, currency, country = "fedapay", "mtn", "XOF", "BJ"
    phone = "+2290164000001"

    def __init__(self, seed: int = 1, *, key: str = KEY) -> None:
        super().__init__(seed)
        self.key = key
        self.knows_references = True
        self.has_phones = True
        self.expands = True
        self.asked_phones: list[tuple[str, dict[str, str]]] = []
        self.starts: list[str] = []

    @override
    def settings(self) -> dict[str, Any]:
        return {
            "fedapay_url": f"{self.url}/v1",
            "fedapay_secret_key": self.key,
            "fedapay_webhook_secret": SECRET,
        }

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/transactions", self._create)
        router.add_get("/v1/transactions", self._list)
        router.add_get("/v1/transactions/merchant/{reference}", self._by_reference)
        router.add_get("/v1/transactions/{id}", self._retrieve)
        router.add_post("/v1/transactions/{id}/token", self._token)
        router.add_post("/v1/payouts", self._create_payout)
        router.add_get("/v1/payouts", self._list_payouts)
        router.add_put("/v1/payouts/start", self._start_payouts)
        router.add_get("/v1/payouts/merchant/{reference}", self._payout_by_reference)
        router.add_get("/v1/payouts/{id}", self._retrieve_payout)
        router.add_get("/v1/balances", self._balances)
        router.add_get("/v1/currencies", self._currencies)
        router.add_post("/v1/{mode}", self._ask_phone)

    @override
    def webhook(self, charge: RailCharge, kind: str) -> Sent:
        status = STATUSES.get(kind, kind)
        event = {
            "name": f"transaction.{status}",
            "object": "transaction",
            "entity": self._shown(charge, is_expanded=False),
            "account": {"id": 7, "name": "Maison"},
        }
        body = json.dumps(event).encode()
        return self.signed(body), body

    def signed(self, body: bytes, moment: int | None = None) -> dict[str, str]:
        seconds = str(int(clock.now().timestamp()) if moment is None else moment)
        signature = sign(seconds, body, SECRET, joint=b".")
        return {"X-FEDAPAY-SIGNATURE": f"t={seconds},s={signature}"}

    @override
    async def deliver(self, post: Post) -> list[int]:
        """Sign what waits at the moment it is sent, as every retry of FedaPay's is."""
        self.waiting = [(self.signed(body), body) for _, body in self.waiting]
        return await super().deliver(post)

    @override
    def is_asked(self, giving: RailGiving) -> bool:
        return "started_at" in giving.more

    def answer_phone(self, ref: str) -> RailCharge:
        """Do what its sandbox does: two numbers pay, all others fail."""
        number = self.charges[ref].more["number"]
        return self.approve(ref) if number in GOOD_NUMBERS else self.decline(ref)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        missing = [name for name in ("description", "amount", "currency") if not given.get(name)]
        if missing or not isinstance(given["amount"], int):
            return _invalid({name: ["doit être rempli(e)"] for name in missing or ["amount"]})
        reference = given.get("merchant_reference", "")
        if reference and self.of_attempt(reference):
            return _invalid({"merchant_reference": ["n'est pas disponible"]})
        made = self.charge(
            reference,
            given["amount"],
            given["currency"]["iso"],
            ref=str(1000 + len(self.charges)),
            callback_url=given.get("callback_url"),
            metadata=given.get("custom_metadata") or {},
            customer=given.get("customer"),
            created_at=_now(),
        )
        return _one("transaction", self._shown(made, is_expanded=False), 201)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        return self._denied(request) or _many(
            "transactions", [self._shown(each) for each in self.charges.values()], request
        )

    async def _by_reference(self, request: web.Request) -> web.StreamResponse:
        found = self.of_attempt(request.match_info["reference"])
        return self._told(request, "transaction", found if self.knows_references else None)

    async def _retrieve(self, request: web.Request) -> web.StreamResponse:
        return self._told(request, "transaction", self.charges.get(request.match_info["id"]))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        ref = request.match_info["id"]
        if (denied := self._denied(request)) or ref not in self.charges:
            return denied or _lost()
        page = f"https://sandbox-process.fedapay.com/token-{ref}"
        return web.json_response({"token": f"token-{ref}", "url": page})

    async def _ask_phone(self, request: web.Request) -> web.StreamResponse:
        if (denied := self._denied(request)) or not self.has_phones:
            return denied or _lost()
        given = await request.json()
        ref = given["token"].removeprefix("token-")
        number = given["phone_number"]
        if not number.get("number", "").removeprefix("+").isdigit():
            return _invalid({"phone_number": ["n'est pas valide"]})
        mode = request.match_info["mode"]
        self.asked_phones.append((mode, number))
        self.charges[ref].more.update(number=number["number"], mode=mode)
        return _one("payment_intent", {"id": 1, "status": "pending", "token": given["token"]})

    async def _create_payout(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        reference = given.get("merchant_reference", "")
        if reference in self.givings:
            return _invalid({"merchant_reference": ["n'est pas disponible"]})
        made = self.give(
            reference,
            given["amount"],
            given["currency"]["iso"],
            phone=given["customer"]["phone_number"]["number"],
            mode=given["mode"],
            created_at=_now(),
        )
        made.ref = str(len(self.givings))  # counted like transactions, from 1
        return _one("payout", _payout(made), 201)

    async def _start_payouts(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        started = []
        for each in (await request.json())["payouts"]:
            giving = self._giving(str(each["id"]))
            if giving is None:
                return _lost()
            if "started_at" not in giving.more:
                giving.more["started_at"] = _now()
                self.starts.append(giving.id)
            started.append(_payout(giving))
        return web.json_response({"v1/payouts": started})

    async def _list_payouts(self, request: web.Request) -> web.StreamResponse:
        rows = [_payout(each) for each in self.givings.values()]
        return self._denied(request) or _many("payouts", rows, request)

    async def _payout_by_reference(self, request: web.Request) -> web.StreamResponse:
        found = self.givings.get(request.match_info["reference"])
        return self._told(request, "payout", found if self.knows_references else None)

    async def _retrieve_payout(self, request: web.Request) -> web.StreamResponse:
        return self._told(request, "payout", self._giving(request.match_info["id"]))

    async def _balances(self, request: web.Request) -> web.StreamResponse:
        row = {"klass": "v1/balance", "id": 1, "currency_id": 1, "mode": "mtn_open"}
        rows = [{**row, "amount": self.held("XOF")}]
        return self._denied(request) or web.json_response({"v1/balances": rows})

    async def _currencies(self, request: web.Request) -> web.StreamResponse:
        rows = [{"klass": "v1/currency", "id": 1, "iso": "XOF"}, {"id": 2, "iso": "GNF"}]
        return self._denied(request) or web.json_response({"v1/currencies": rows})

    def _told(
        self, request: web.Request, kind: str, found: RailCharge | RailGiving | None
    ) -> web.StreamResponse:
        if (denied := self._denied(request)) or found is None:
            return denied or _lost()
        is_expanded = self.expands and "currency" in request.query.get("include", "")
        if isinstance(found, RailCharge):
            return _one(kind, self._shown(found, is_expanded=is_expanded))
        return _one(kind, _payout(found))

    def _giving(self, ref: str) -> RailGiving | None:
        return next((each for each in self.givings.values() if each.ref == ref), None)

    def _shown(self, charge: RailCharge, *, is_expanded: bool = True) -> dict[str, Any]:
        status = STATUSES.get(charge.state, charge.state)
        if charge.refunded:
            status = (
                "refunded" if charge.refunded == charge.amount else f"{status}_partially_refunded"
            )
        is_paid = charge.state == "approved"
        currency: dict[str, Any] = {"currency_id": 1 if charge.currency == "XOF" else 2}
        if is_expanded:
            currency = {"currency": {"id": currency["currency_id"], "iso": charge.currency}}
        return {
            "klass": "v1/transaction",
            "id": int(charge.ref),
            "reference": f"trx_{charge.ref}",
            "amount": charge.amount,
            "amount_transferred": charge.amount - charge.fee if is_paid else None,
            "amount_refunded": charge.refunded or None,
            "status": status,
            "mode": charge.more.get("mode"),
            "merchant_reference": charge.attempt or None,
            "custom_metadata": charge.more.get("metadata"),
            "last_error_code": charge.more.get("error"),
            "created_at": charge.more.get("created_at"),
            "updated_at": f"{_now()}#{len(charge.history)}",
            **currency,
        }

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        if request.headers.get("Authorization") == f"Bearer {self.key}":
            return None
        return refuse(401, {"message": "Erreur d'authentification"})


def _payout(giving: RailGiving) -> dict[str, Any]:
    is_started = "started_at" in giving.more
    return {
        "klass": "v1/payout",
        "id": int(giving.ref),
        "amount": giving.amount,
        "currency": {"id": 1, "iso": giving.currency},
        "status": PAYOUT_STATUSES[giving.state] if is_started else "pending",
        "mode": giving.more.get("mode"),
        "merchant_reference": giving.id,
        "last_error_code": giving.more.get("error"),
        "started_at": giving.more.get("started_at"),
        "created_at": giving.more["created_at"],
    }


def _one(kind: str, found: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response({f"v1/{kind}": found}, status=status)


def _many(kind: str, rows: list[dict[str, Any]], request: web.Request) -> web.Response:
    """Return a page, the newest first."""
    page, per_page = int(request.query.get("page", 1)), int(request.query.get("per_page", PAGE))
    shown = rows[::-1][(page - 1) * per_page : page * per_page]
    meta = {"current_page": page, "per_page": per_page, "total_count": len(rows)}
    return web.json_response({f"v1/{kind}": shown, "meta": meta})


def _invalid(errors: dict[str, list[str]]) -> web.Response:
    return refuse(400, {"message": "Une erreur de validation est survenue", "errors": errors})


def _lost() -> web.Response:
    return refuse(404, {"message": "Ressource introuvable"})


def _now() -> str:
    return clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
