"""MTN MoMo's Open API on loopback: tokens per product, reference ids that count once, empty 202s,
callbacks that nobody signs, and the sandbox's telling numbers.
"""

import json
from base64 import b64encode
from typing import Any
from uuid import UUID

from aiohttp import web
from typing_extensions import override

from payments_service.rules.amounts import minor_units, written
from tests.fakes.network import refuse
from tests.fakes.rail import Rail, RailCharge, RailGiving, Sent

USERS = {"collection": "c72025f5", "disbursement": "d72025f5"}
KEYS = {product: f"{product}-key-that-is-long-enough" for product in USERS}
SUBSCRIPTIONS = {product: f"{product}-subscription-long-enough" for product in USERS}
SEAL = "a key that seals what callbacks bring back"
CURRENCIES = {"sandbox": "EUR", "mtnbenin": "XOF", "mtnivorycoast": "XOF"}
# What its sandbox does with these; every other number pays.
TELLING = {
    "46733123450": ("FAILED", "INTERNAL_PROCESSING_ERROR"),
    "46733123451": ("FAILED", "APPROVAL_REJECTED"),
    "46733123452": ("FAILED", "EXPIRED"),
    "46733123453": ("PENDING", ""),
    "46733123454": ("PENDING", ""),
    "46733123455": ("FAILED", "PAYER_NOT_FOUND"),
}
REASONS = {
    "declined": "NOT_ENOUGH_FUNDS",
    "cancelled": "APPROVAL_REJECTED",
    "expired": "EXPIRED",
}


class MtnMomo(Rail):
    """`tokens`: those given out so far, by product; `forget_tokens` ends them all.

    `holders`: whose a number is, its names and family name. Of a number that is not there it says
    that it is not active; its sandbox calls everybody Sand Box.
    """

    provider, method, currency, country = "mtn_momo", "mtn", "XOF", "BJ"

    def __init__(self, seed: int = 1, *, environment: str = "mtnbenin") -> None:
        super().__init__(seed)
        self.environment = environment
        self.currency = CURRENCIES[environment]
        if environment == "sandbox":
            self.country, self.phone = "", "+46733123999"
        self.tokens: dict[str, set[str]] = {product: set() for product in USERS}
        self.holders: dict[str, tuple[str, str]] = {}

    @override
    def settings(self) -> dict[str, Any]:
        return {
            "momo_environment": self.environment,
            "momo_url": self.url,
            "momo_seal_key": SEAL,
            **{f"momo_{product}_user": user for product, user in USERS.items()},
            **{f"momo_{product}_key": key for product, key in KEYS.items()},
            **{f"momo_{product}_subscription_key": key for product, key in SUBSCRIPTIONS.items()},
        }

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/{product}/token/", self._token)
        router.add_get("/{product}/v1_0/account/balance", self._balance)
        router.add_get("/{product}/v1_0/accountholder/{kind}/{id}/active", self._active)
        router.add_get("/{product}/v1_0/accountholder/msisdn/{id}/basicuserinfo", self._holder)
        router.add_post("/collection/v1_0/requesttopay", self._request_to_pay)
        router.add_get("/collection/v1_0/requesttopay/{reference}", self._status)
        router.add_post("/disbursement/v1_0/transfer", self._transfer)
        router.add_post("/disbursement/v1_0/refund", self._refund)
        router.add_get("/disbursement/v1_0/{kind}/{reference}", self._given)

    @override
    def webhook(self, charge: RailCharge, kind: str) -> Sent | None:
        """Return the callback, for what is final and where one was asked for."""
        if kind == "pending" or not charge.more.get("callback"):
            return None
        return {}, json.dumps(self._shown(charge)).encode()

    @override
    def forged(self, headers: dict[str, str], body: bytes) -> Sent:
        """Return a callback about a payment that its sender has only heard of."""
        said = json.loads(body)
        attempt = said["externalId"].partition("-")[0]
        return headers, json.dumps({**said, "externalId": f"{attempt}-{'0' * 32}"}).encode()

    def forget_tokens(self) -> None:
        for tokens in self.tokens.values():
            tokens.clear()

    def answer_phone(self, ref: str) -> RailCharge:
        """Do what its sandbox does with this number."""
        charge = self.charges[ref]
        status, reason = TELLING.get(charge.phone, ("SUCCESSFUL", ""))
        charge.more["reason"] = reason
        if status == "SUCCESSFUL":
            return self.approve(ref)
        return self.decline(ref) if status == "FAILED" else charge

    async def _token(self, request: web.Request) -> web.StreamResponse:
        product = request.match_info["product"]
        basic = b64encode(f"{USERS[product]}:{KEYS[product]}".encode()).decode()
        if "python-requests" in request.headers.get("User-Agent", ""):
            return refuse(403, {"message": "Forbidden"})
        if request.headers.get("Authorization") != f"Basic {basic}":
            return refuse(401, {"error": "login_failed"})
        if denied := self._unsubscribed(request):
            return denied
        token = f"{product}-{len(self.tokens[product]) + self.count('/token/')}"
        self.tokens[product].add(token)
        answer = {"access_token": token, "token_type": "access_token", "expires_in": 3600}
        return web.json_response(answer)

    async def _request_to_pay(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        reference, given = request.headers["X-Reference-Id"], await request.json()
        if UUID(reference).version != 4:
            return refuse(400, {"code": "INVALID_REFERENCE_ID", "message": "not a UUID v4"})
        if reference in self.charges:
            return _known()
        if given["currency"] != CURRENCIES[self.environment]:
            return refuse(400, {"code": "INVALID_CURRENCY", "message": "Currency not supported."})
        attempt = given["externalId"].partition("-")[0]
        self.charge(
            str(UUID(attempt)),
            minor_units(given["amount"], given["currency"]),
            given["currency"],
            ref=reference,
            phone=given["payer"]["partyId"],
            external_id=given["externalId"],
            callback=request.headers.get("X-Callback-Url"),
        )
        return web.Response(status=202)

    async def _status(self, request: web.Request) -> web.StreamResponse:
        found = self.charges.get(request.match_info["reference"])
        if (denied := self._denied(request)) or found is None:
            return denied or _missing()
        return web.json_response(self._shown(found))

    async def _transfer(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        return self._give(request, given, phone=given["payee"]["partyId"])

    async def _refund(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        charge = self.charges.get(given["referenceIdToRefund"])
        if charge is None or charge.state != "approved":
            return refuse(400, {"code": "RESOURCE_NOT_FOUND", "message": "nothing to refund"})
        amount = minor_units(given["amount"], given["currency"])
        if amount > charge.amount - charge.refunded:
            return refuse(400, {"code": "NOT_ALLOWED", "message": "more than was paid"})
        return self._give(request, given, charge=charge.ref)

    def _give(self, request: web.Request, given: dict[str, Any], **more: Any) -> web.Response:
        reference = request.headers["X-Reference-Id"]
        if any(each.ref == reference for each in self.givings.values()):
            return _known()
        amount = minor_units(given["amount"], given["currency"])
        made = self.give(str(UUID(given["externalId"])), amount, given["currency"], **more)
        made.ref = reference
        return web.Response(status=202)

    async def _given(self, request: web.Request) -> web.StreamResponse:
        reference = request.match_info["reference"]
        is_refund = request.match_info["kind"] == "refund"
        found = next((each for each in self.givings.values() if each.ref == reference), None)
        if (denied := self._denied(request)) or found is None or bool(found.charge) != is_refund:
            return denied or _missing()
        return web.json_response(_giving(found))

    async def _balance(self, request: web.Request) -> web.StreamResponse:
        product = request.match_info["product"]
        held = self.held(self.currency) if product == "collection" else 0
        amount = written(held, self.currency)
        answer = {"availableBalance": amount, "currency": self.currency}
        return self._denied(request) or web.json_response(answer)

    async def _active(self, request: web.Request) -> web.StreamResponse:
        """Say `false` also of who is not there, as MTN does; other kinds of ids are not asked."""
        if denied := self._denied(request):
            return denied
        if request.match_info["kind"] != "msisdn":
            return refuse(400, {"code": "INVALID_ACCOUNT_HOLDER_ID_TYPE", "message": "msisdn"})
        return web.json_response({"result": self._names(request) is not None})

    async def _holder(self, request: web.Request) -> web.StreamResponse:
        names = self._names(request)
        if (denied := self._denied(request)) or names is None:
            return denied or _missing()
        given, family = names
        told = {
            "sub": "0",
            "name": f"{given} {family}".strip(),
            "given_name": given,
            "family_name": family,
            "birthdate": "1976-08-13",
            "locale": "fr_BJ",
            "gender": "FEMALE",
            "updated_at": 1676609351,
        }
        return web.json_response({name: value for name, value in told.items() if value})

    def _names(self, request: web.Request) -> tuple[str, str] | None:
        number = request.match_info["id"]
        assert number.isdigit(), "a number goes without its plus"
        if self.environment == "sandbox" and TELLING.get(number, ("", ""))[1] != "PAYER_NOT_FOUND":
            return self.holders.get(number, ("Sand", "Box"))
        return self.holders.get(number)

    def _shown(self, charge: RailCharge) -> dict[str, Any]:
        status = {"approved": "SUCCESSFUL", "pending": "PENDING"}.get(charge.state, "FAILED")
        shown = {
            "financialTransactionId": str(100000 + len(charge.history)),
            "externalId": charge.more["external_id"],
            "amount": written(charge.amount, charge.currency),
            "currency": charge.currency,
            "payer": {"partyIdType": "MSISDN", "partyId": charge.phone},
            "status": status,
        }
        if status == "FAILED":
            shown["reason"] = charge.more.get("reason") or REASONS[charge.state]
        return shown

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        product = request.path.split("/")[1]
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if request.headers.get("X-Target-Environment") != self.environment:
            return refuse(500, {"code": "NOT_ALLOWED_TARGET_ENVIRONMENT", "message": ""})
        if token not in self.tokens[product]:
            return refuse(401, {"message": "Unauthorized. Access token is missing or expired."})
        return self._unsubscribed(request)

    def _unsubscribed(self, request: web.Request) -> web.StreamResponse | None:
        product = request.path.split("/")[1]
        if request.headers.get("Ocp-Apim-Subscription-Key") == SUBSCRIPTIONS[product]:
            return None
        return refuse(401, {"statusCode": 401, "message": "invalid subscription key"})


def _giving(giving: RailGiving) -> dict[str, Any]:
    statuses = {"approved": "SUCCESSFUL", "pending": "PENDING"}
    shown = {
        "amount": written(giving.amount, giving.currency),
        "currency": giving.currency,
        "externalId": UUID(giving.id).hex,
        "payee": {"partyIdType": "MSISDN", "partyId": giving.phone},
        "status": statuses.get(giving.state, "FAILED"),
    }
    if shown["status"] == "FAILED":
        shown["reason"] = giving.more.get("error", "PAYEE_NOT_FOUND")
    return shown


def _known() -> web.Response:
    told = "Duplicated reference id. Creation of resource failed."
    return refuse(409, {"code": "RESOURCE_ALREADY_EXIST", "message": told})


def _missing() -> web.Response:
    told = "Requested resource was not found."
    return refuse(404, {"code": "RESOURCE_NOT_FOUND", "message": told})
