"""CinetPay's API v1 on loopback: an account by country, payments that are known by the merchant's
number, transfers, and webhooks that show a token and say nothing.
"""

import json
from typing import Any

from aiohttp import web
from typing_extensions import override

from payments_service.providers.cinetpay_numbers import uuid_of
from tests.fakes.network import refuse
from tests.fakes.rail import Rail, RailCharge, RailGiving, Sent

KEYS = {"BJ": ("sk_test_bj-long-enough", "word-bj"), "CI": ("sk_test_ci-long-enough", "word-ci")}
CODES = {
    "approved": (100, "SUCCESS"),
    "cancelled": (2010, "FAILED"),
    "declined": (2005, "INSUFFICIENT_BALANCE"),
    "expired": (2003, "EXPIRED"),
    "pending": (2002, "PENDING"),
}


class CinetPay(Rail):
    """`redirects`: whether a question on the phone ends on the page all the same. `tells_amounts`:
    whether a payment's answer says its amount. `fraction`: of a franc, in balances.
    """

    provider, method, currency, country = "cinetpay", "mtn", "XOF", "BJ"

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.tokens: dict[str, str] = {}
        self.logins = 0
        self.redirects = False
        self.tells_amounts = True
        self.fraction = ".75"

    @override
    def settings(self) -> dict[str, Any]:
        accounts = " ".join(f"{place}={key}:{word}" for place, (key, word) in KEYS.items())
        return {
            "cinetpay_url": self.url,
            "cinetpay_accounts": accounts,
            "public_url": "https://pay.example.org",
        }

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/v1/oauth/login", self._login)
        router.add_post("/v1/payment", self._pay)
        router.add_get("/v1/payment/{id}", self._payment)
        router.add_post("/v1/transfer", self._transfer)
        router.add_get("/v1/transfer/{id}", self._transferred)
        router.add_get("/v1/balances", self._balance)

    @override
    def webhook(self, charge: RailCharge, kind: str) -> Sent:
        return self.told(charge, charge.more["notify_token"])

    def told(self, charge: RailCharge, token: str) -> Sent:
        shown = {
            "notify_token": token,
            "merchant_transaction_id": charge.more["number"],
            "transaction_id": charge.ref,
            "user": {"name": "Awa", "email": "awa@example.org", "phone_number": charge.phone},
        }
        return {"Content-Type": "application/json"}, json.dumps(shown).encode()

    @override
    def forged(self, headers: dict[str, str], body: bytes) -> Sent:
        """Return that webhook without a token; with a wrong one, only the attempt can tell."""
        told = json.loads(body)
        return headers, json.dumps({**told, "notify_token": ""}).encode()

    def end_tokens(self) -> None:
        self.tokens = {}

    async def _login(self, request: web.Request) -> web.StreamResponse:
        given = await request.json()
        login = (given.get("api_key"), given.get("api_password"))
        country = next((place for place, each in KEYS.items() if each == login), None)
        if country is None:
            said = {"code": 1005, "status": "INVALID_CREDENTIALS", "description": "Clé inconnue"}
            return refuse(401, said)
        self.logins += 1
        token = f"jwt-{country}-{self.logins}"
        self.tokens[token] = country
        answer = {"code": 200, "status": "OK", "access_token": token, "expires_in": 86400}
        return web.json_response(answer)

    async def _pay(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        number = given["merchant_transaction_id"]
        if self._of_number(number) is not None:
            said = {"code": 1200, "status": "TRANSACTION_EXIST", "description": "existe déjà"}
            return refuse(422, said)
        urls = (given["success_url"], given["failed_url"], given["notify_url"])
        names = (given["client_first_name"], given["client_last_name"])
        is_fit = len(number) <= 30 and 100 <= given["amount"] <= 2_500_000
        if not is_fit or any(len(url) > 120 for url in urls) or min(map(len, names)) < 2:
            said = {"code": 1004, "status": "INVALID_PARAMS", "description": "amount invalide"}
            return refuse(422, said)
        ref = f"cp-{len(self.charges) + 1}"
        made = RailCharge(ref, str(uuid_of(number)), given["amount"], given["currency"])
        token = f"notify-{self.chance.getrandbits(64):x}"
        made.phone = given.get("client_phone_number", "")
        made.more.update(number=number, notify_token=token, given=given)
        self.charges[ref] = made
        is_redirected = self.redirects or not given.get("direct_pay")
        details = {
            "code": 2001,
            "status": "INITIATED",
            "message": "",
            "must_be_redirected": is_redirected,
        }
        return web.json_response(
            {
                "code": 200,
                "status": "OK",
                "payment_token": f"pay-{ref}",
                "notify_token": token,
                "transaction_id": ref,
                "merchant_transaction_id": number,
                "payment_url": f"https://secure.cinetpay.net/{ref}",
                "details": details,
            }
        )

    async def _payment(self, request: web.Request) -> web.StreamResponse:
        found = self._of_number(request.match_info["id"])
        if (denied := self._denied(request)) or found is None:
            return denied or _missing()
        code, status = found.more.get("code", CODES[found.state])
        shown = {
            "code": code,
            "status": status,
            "merchant_transaction_id": found.more["number"],
            "transaction_id": found.ref,
            "user": {"name": "Awa", "email": "awa@example.org", "phone_number": found.phone},
        }
        if self.tells_amounts:
            shown |= {"amount": str(found.amount), "currency": found.currency}
        return web.json_response(shown)

    async def _transfer(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        number = given["merchant_transaction_id"]
        if number in self.givings:
            return refuse(422, {"code": 1200, "status": "TRANSACTION_EXIST", "description": ""})
        made = self.give(
            number, given["amount"], given["currency"], phone=given["phone_number"], given=given
        )
        return web.json_response(_shown(made))

    async def _transferred(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["id"]
        rows = self.givings.values()
        found = next((each for each in rows if wanted in (each.ref, each.id)), None)
        if (denied := self._denied(request)) or found is None:
            return denied or _missing()
        return web.json_response(_shown(found))

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        token = request.headers["Authorization"].removeprefix("Bearer ")
        held = self.held("XOF") if self.tokens[token] == self.country else 0
        answer = {"code": 200, "status": "OK", "available_balance": f"{held}{self.fraction}"}
        return web.json_response({**answer, "currency": "XOF"})

    def _of_number(self, number: str) -> RailCharge | None:
        return next((e for e in self.charges.values() if e.more["number"] == number), None)

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token in self.tokens:
            return None
        said = {"code": 1003, "status": "EXPIRED_TOKEN", "description": "Le jeton a expiré"}
        return refuse(401, said)


def _shown(giving: RailGiving) -> dict[str, Any]:
    code, status = CODES[giving.state]
    if giving.state == "declined":
        code, status = 2006, "USER_NOT_FOUND"
    return {
        "code": code,
        "status": status,
        "merchant_transaction_id": giving.id,
        "transaction_id": giving.ref,
        "notify_token": "notify-of-a-transfer",
        "amount": str(giving.amount),
        "fee_amount": "0",
        "phone_number": giving.phone,
        "currency": giving.currency,
    }


def _missing() -> web.Response:
    return refuse(404, {"code": 404, "status": "NOT_FOUND", "description": "Introuvable"})
