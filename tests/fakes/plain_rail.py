"""The plainest payment provider there could be, and how we would speak to it."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from aiohttp import web
from typing_extensions import override

from payments_service.providers.calls import call, line, told
from payments_service.providers.provider import (
    Charge,
    Given,
    Giving,
    Hook,
    Known,
    Method,
    Refused,
    Seen,
    Started,
    State,
    Unsigned,
)
from tests.fakes.rail import Rail, RailCharge, RailGiving, Sent

SECRET = b"a secret for webhooks"
SIGNATURE = "x-plain-signature"
CURRENCIES = frozenset({"XOF"})


class PlainRail(Rail):
    provider, method = "plain", "mtn"
    answers = "pending"  # what a charge is when it is made

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        router.add_post("/charges", self._charge)
        router.add_get("/charges/{attempt}", self._found)
        router.add_post("/givings", self._give)
        router.add_get("/givings/{id}", self._giving)
        router.add_get("/methods", self._methods)

    @override
    def webhook(self, charge: RailCharge, kind: str) -> Sent:
        told = {"id": f"{charge.ref}:{len(charge.history)}", "kind": kind, "ref": charge.ref}
        body = json.dumps({**told, "amount": charge.amount}).encode()
        return {SIGNATURE: signed(body)}, body

    def open(self) -> "Plain":
        """Return our side of it."""
        return Plain(self.url)

    async def _methods(self, request: web.Request) -> web.Response:
        return web.json_response({"methods": ["mtn", "moov", "card", "euro"]})

    async def _charge(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if asked["phone"].endswith("99"):
            return web.json_response({"reason": "wrong_number"}, status=422)
        new = self.of_attempt(asked["attempt"]) is None
        charge = self.charge(
            asked["attempt"], asked["amount"], asked["currency"], phone=asked["phone"]
        )
        if new and self.answers != "pending":
            self.move(charge.ref, self.answers)
        return web.json_response(shown(charge))

    async def _found(self, request: web.Request) -> web.Response:
        charge = self.of_attempt(request.match_info["attempt"])
        return web.json_response(shown(charge) if charge else {}, status=200 if charge else 404)

    async def _give(self, request: web.Request) -> web.Response:
        asked = await request.json()
        giving = self.give(
            asked["id"], asked["amount"], asked["currency"],
            charge=asked["charge"], phone=asked["phone"],
        )  # fmt: skip
        if giving.state == "pending":
            self.settle_giving(giving.id)
        return web.json_response(given(giving))

    async def _giving(self, request: web.Request) -> web.Response:
        found = self.givings.get(request.match_info["id"])
        return web.json_response(given(found) if found else {}, status=200 if found else 404)


def shown(charge: RailCharge) -> dict[str, Any]:
    names = ("ref", "attempt", "amount", "currency", "state", "fee", "refunded", "is_disputed")
    return {name: getattr(charge, name) for name in names}


def given(giving: RailGiving) -> dict[str, Any]:
    return {"ref": giving.ref, "state": giving.state}


def signed(body: bytes) -> str:
    return hmac.digest(SECRET, body, hashlib.sha256).hex()


class Plain:
    name = "plain"
    is_test = True

    def __init__(self, url: str) -> None:
        self.http = line(url)

    def methods(self) -> tuple[Method, ...]:
        return (
            Method("mtn", "BJ", True, CURRENCIES),
            Method("moov", "BJ", True, CURRENCIES),
            Method("card", None, False, CURRENCIES | {"EUR"}),
            Method("euro", None, False, frozenset({"EUR"})),
            Method("paypal", None, False, frozenset({"EUR", "USD"})),
        )

    async def available(self) -> frozenset[str]:
        found = told(await call(self.http, "GET", "/methods"))
        return frozenset(found["methods"])

    async def start(self, charge: Charge) -> Started:
        asked = {
            "attempt": str(charge.attempt_id),
            "amount": charge.amount,
            "currency": charge.currency,
            "phone": charge.phone,
        }
        answer = await call(self.http, "POST", "/charges", json=asked)
        found = told(answer)
        if answer.is_client_error:
            raise Refused("no", found["reason"])
        url = "" if charge.phone else f"https://pay.example.org/{found['ref']}"
        return Started(found["ref"], url, State(found["state"]))

    async def find(self, known: Known) -> Seen | None:
        answer = await call(self.http, "GET", f"/charges/{known.attempt_id}")
        if answer.status_code == 404:
            return None
        found = told(answer)
        return Seen(
            State(found["state"]), found["amount"], found["currency"], found["ref"],
            fee=found["fee"], refunded=found["refunded"], disputed=found["is_disputed"],
            attempt_id=UUID(found["attempt"]),
        )  # fmt: skip

    async def fetch_keys(self, headers: Mapping[str, str]) -> None:
        return

    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        if not hmac.compare_digest(signed(body), headers.get(SIGNATURE, "")):
            raise Unsigned
        found = json.loads(body)
        return Hook(found["id"], found["kind"], found["ref"])

    async def trace(self, hook: Hook) -> Hook:
        return hook

    def may_refund(self, phone: str) -> bool:
        return True

    async def refund(self, giving: Giving) -> Given:
        return await self._give(giving)

    async def pay_out(self, giving: Giving) -> Given:
        return await self._give(giving)

    async def _give(self, giving: Giving) -> Given:
        asked = {
            "id": str(giving.id),
            "amount": giving.amount,
            "currency": giving.currency,
            "charge": giving.charge.provider_ref if giving.charge else "",
            "phone": giving.phone,
        }
        found = told(await call(self.http, "POST", "/givings", json=asked))
        return Given(State(found["state"]), found["ref"])

    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        answer = await call(self.http, "GET", f"/givings/{giving.id}")
        if answer.status_code == 404:
            return None
        found = told(answer)
        return Given(State(found["state"]), found["ref"])

    async def balances(self) -> Mapping[str, int]:
        return {}

    async def close(self) -> None:
        await self.http.aclose()
