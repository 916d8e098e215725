"""PayDunya's API on loopback: invoices, confirmed by their token, and webhooks as forms whose hash
is the same for every one of them.
"""

import json
from hashlib import sha512
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from typing_extensions import override

from tests.fakes.network import refuse
from tests.fakes.rail import Rail, RailCharge, Sent

MASTER = "a-master-key-that-is-long-enough"
PRIVATE = "test_private_a-key-that-is-long"
TOKEN = "a-token-that-is-long-enough"
STATUSES = {"approved": "completed", "declined": "failed", "expired": "cancelled"}


class PayDunya(Rail):
    """`writes`: how webhooks are written: `form`, `json`, or a form with `json` inside."""

    provider, method, currency, country, phone = "paydunya", "mtn", "XOF", "BJ", ""

    def __init__(self, seed: int = 1) -> None:
        super().__init__(seed)
        self.writes = "form"
        self.mode = "test"

    @override
    def settings(self) -> dict[str, Any]:
        return {
            "paydunya_url": f"{self.url}/sandbox-api/v1",
            "paydunya_master_key": MASTER,
            "paydunya_private_key": PRIVATE,
            "paydunya_token": TOKEN,
        }

    @override
    def build(self, router: web.UrlDispatcher) -> None:
        for base in ("/sandbox-api/v1", "/api/v1"):
            router.add_post(f"{base}/checkout-invoice/create", self._create)
            router.add_get(f"{base}/checkout-invoice/confirm/{{token}}", self._confirm)

    @override
    def webhook(self, charge: RailCharge, kind: str) -> Sent:
        return self.told(self._shown(charge))

    def told(self, shown: dict[str, Any], master: str = MASTER) -> Sent:
        """Return a webhook that says this, with the hash of a master key."""
        told = {**shown, "hash": sha512(master.encode()).hexdigest()}
        if self.writes == "json":
            return {"Content-Type": "application/json"}, json.dumps({"data": told}).encode()
        fields = {"data": json.dumps(told)} if self.writes == "both" else dict(_flat("data", told))
        form = urlencode(fields).encode()
        return {"Content-Type": "application/x-www-form-urlencoded"}, form

    @override
    def forged(self, headers: dict[str, str], body: bytes) -> Sent:
        """Return that webhook from somebody who does not know the master key: it says the rest
        as it likes, which nobody can see.
        """
        right = sha512(MASTER.encode()).hexdigest().encode()
        return headers, body.replace(right, sha512(b"").hexdigest().encode())

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if denied := self._denied(request):
            return denied
        given = await request.json()
        amount = given["invoice"]["total_amount"]
        if not isinstance(amount, int) or amount < 200:
            said = "Le montant minimum est 200"
            return web.json_response({"response_code": "4002", "response_text": said})
        custom = given["custom_data"]
        token = f"test_{self.provider}{len(self.charges) + 1}"
        made = RailCharge(token, custom["attempt_id"], amount, "XOF", more={"given": given})
        self.charges[token] = made
        return web.json_response(
            {
                "response_code": "00",
                "response_text": f"https://app.paydunya.com/sandbox-checkout/invoice/{token}",
                "description": "Checkout Invoice Created",
                "token": token,
            }
        )

    async def _confirm(self, request: web.Request) -> web.StreamResponse:
        found = self.charges.get(request.match_info["token"])
        if denied := self._denied(request):
            return denied
        if found is None or found.state == "forgotten":
            return web.json_response(
                {"response_code": "1001", "response_text": "Invoice not found"}
            )
        return web.json_response(self._shown(found))

    def _shown(self, charge: RailCharge) -> dict[str, Any]:
        status = STATUSES.get(charge.state, charge.state)
        shown: dict[str, Any] = {
            "response_code": "00",
            "response_text": "Transaction Found",
            "hash": sha512(MASTER.encode()).hexdigest(),
            "invoice": {
                "token": charge.ref,
                "total_amount": charge.more.get("written", charge.amount),
                "description": charge.more["given"]["invoice"]["description"],
            },
            "custom_data": charge.more["given"]["custom_data"],
            "mode": self.mode,
            "status": status,
        }
        if status == "failed":
            shown["fail_reason"] = charge.more.get("error", "Solde insuffisant")
        return shown

    def _denied(self, request: web.Request) -> web.StreamResponse | None:
        keys = {"MASTER-KEY": MASTER, "PRIVATE-KEY": PRIVATE, "TOKEN": TOKEN}
        if all(request.headers.get(f"PAYDUNYA-{name}") == key for name, key in keys.items()):
            return None
        return refuse(403, {"response_code": "1005", "response_text": "Invalid keys"})


def _flat(name: str, value: object) -> list[tuple[str, str]]:
    if not isinstance(value, dict):
        return [(name, str(value))]
    return [pair for key, inner in value.items() for pair in _flat(f"{name}[{key}]", inner)]
