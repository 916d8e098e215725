"""What PayPal's API shows of what the simulator keeps; and a network where every host is ours."""

from typing import Any

import httpx
from aiohttp import web
from typing_extensions import override

from payments_service.providers.calls import trusted
from payments_service.rules.amounts import written
from tests.fakes.network import refuse
from tests.fakes.rail import RailCharge, RailGiving

REFUNDS = {"approved": "COMPLETED", "declined": "FAILED", "pending": "PENDING"}
Shown = dict[str, Any]


class Elsewhere(httpx.AsyncHTTPTransport):
    """The network, where every host is ours."""

    def __init__(self, port: int) -> None:
        super().__init__(verify=trusted())
        self.port = port

    @classmethod
    def client(cls, port: int) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=cls(port), trust_env=False)

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host="127.0.0.1", port=self.port)
        return await super().handle_async_request(request)


def shown_order(charge: RailCharge, refunds: list[RailGiving], url: str) -> Shown:
    unit: Shown = {
        "reference_id": charge.more["given"]["purchase_units"][0]["reference_id"],
        "custom_id": charge.attempt,
        "amount": money(charge.amount, charge.currency),
    }
    if charge.state == "approved":
        unit["payments"] = {
            "captures": [shown_capture(charge)],
            "refunds": [shown_refund(each) for each in refunds],
        }
    status = "APPROVED" if charge.more["is_agreed"] else "PAYER_ACTION_REQUIRED"
    status = {"approved": "COMPLETED", "cancelled": "VOIDED"}.get(charge.state, status)
    page = f"https://www.sandbox.paypal.com/checkoutnow?token={charge.ref}"
    return {
        "id": charge.ref,
        "intent": "CAPTURE",
        "status": status,
        "purchase_units": [unit],
        "update_time": f"2026-11-21T10:00:{charge.more['version']:02}Z",
        "links": [
            {"rel": "self", "href": f"{url}/v2/checkout/orders/{charge.ref}"},
            {"rel": "payer-action", "href": page},
        ],
    }


def shown_capture(charge: RailCharge) -> Shown:
    status = {"declined": "DECLINED", "pending": "PENDING"}.get(charge.state, "COMPLETED")
    if charge.refunded:
        is_all = charge.refunded == charge.amount
        status = "REFUNDED" if is_all else "PARTIALLY_REFUNDED"
    shown: Shown = {
        "id": f"CAP-{charge.ref}",
        "status": charge.more.get("capture", status),
        "amount": money(charge.amount, charge.currency),
        "custom_id": charge.attempt,
        "seller_receivable_breakdown": {"paypal_fee": money(charge.fee, charge.currency)},
    }
    if why := charge.more.get("why"):
        shown["status_details"] = {"reason": why}
    return shown


def shown_refund(giving: RailGiving) -> Shown:
    given = giving.more["given"]
    return {
        "id": giving.ref,
        "status": REFUNDS[giving.state],
        "amount": money(giving.amount, giving.currency),
        "invoice_id": given["invoice_id"],
        "custom_id": given["custom_id"],
    }


def shown_complaint(
    charge: RailCharge, status: str, outcome: str, gone: int, *, is_new: bool
) -> Shown:
    """Return a complaint with all that was moved for it, as it is listed now (`is_new`) or was."""
    about = {"seller_transaction_id": f"CAP-{charge.ref}", "custom": charge.attempt}
    shown: Shown = {
        "dispute_id": f"PP-D-{charge.ref}",
        "status": status,
        "dispute_amount": money(charge.amount, charge.currency),
        "disputed_transactions": [about],
    }
    if outcome:
        shown["dispute_outcome"] = {"outcome_code": outcome}
    if gone:
        shown["dispute_outcome"]["amount_refunded"] = money(gone, charge.currency)
    if fees := charge.more["fees"]:
        shown["fund_movements" if is_new else "money_movements"] = _moved(charge, fees, is_new)
    return shown


def _moved(charge: RailCharge, fees: list[int], is_new: bool) -> list[Shown]:
    who, way = ("party", "direction") if is_new else ("affected_party", "type")
    told = [("SELLER", "DISPUTE_SETTLEMENT", charge.amount), ("BUYER", "DISPUTE_FEE", 1)]
    told += [("SELLER", "DISPUTE_FEE", fee) for fee in fees]
    return [
        {
            who: party,
            way: "CREDIT" if amount < 0 else "DEBIT",
            "reason": reason,
            "amount": money(abs(amount), charge.currency),
        }
        for party, reason, amount in told
    ]


def money(amount: int, currency: str) -> Shown:
    return {"currency_code": currency, "value": written(amount, currency)}


def no(issue: str) -> web.Response:
    details = [{"issue": issue, "description": "no"}]
    return refuse(422, {"name": "UNPROCESSABLE_ENTITY", "details": details, "debug_id": "d3b7"})
