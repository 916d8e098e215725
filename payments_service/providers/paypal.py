"""PayPal: orders that the payer approves there and we capture, in EUR or USD (it has no XOF).

What a payer approved is captured when `find` sees it: by the webhook that says so, by the payer's
return, or by whoever looks after what is open. An order is captured once, however often that is
asked for; the attempt's id is the request id of the order, and the giving's that of a refund.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from typing_extensions import override

from kit import clock
from payments_service.providers import paypal_answers as answers
from payments_service.providers.calls import body, list_at, object_at, segment, text_at
from payments_service.providers.paypal_certificates import Certificates
from payments_service.providers.paypal_line import PayPalLine, read
from payments_service.providers.paypal_webhook import hook_of
from payments_service.providers.provider import (
    Away,
    Charge,
    Disputing,
    Given,
    Giving,
    Hook,
    Known,
    Lost,
    Method,
    Provider,
    Refused,
    Seen,
    Started,
    State,
    Unsigned,
)
from payments_service.rules.amounts import minor_units, written
from payments_service.settings import Settings

CURRENCIES = frozenset({"EUR", "USD"})
METHOD = Method("paypal", None, needs_phone=False, currencies=CURRENCIES)
ORDERS = "/v2/checkout/orders"
DISPUTES = "/v1/customer/disputes"
FULL = {"Prefer": "return=representation"}


def paypal(settings: Settings) -> "PayPal | None":
    secret = settings.paypal_secret.get_secret_value()
    if not settings.paypal_client_id or not secret:
        return None
    more = settings.paypal_authorities.encode()
    line = PayPalLine(settings.paypal_url, settings.paypal_client_id, secret)
    return PayPal(line, settings.paypal_webhook_id, Certificates(more=more))


class PayPal(Provider, Disputing):
    name = "paypal"

    def __init__(self, line: PayPalLine, webhook_id: str, certificates: Certificates) -> None:
        self.is_test = line.http.base_url.host != "api-m.paypal.com"
        self.line, self.webhook_id, self.certificates = line, webhook_id, certificates

    @override
    def methods(self) -> tuple[Method, ...]:
        return (METHOD,)

    @override
    async def available(self) -> frozenset[str]:
        """Ask for an order that there is not: whoever says so is there, and takes our keys."""
        answer = await self.line.ask("GET", f"{ORDERS}/none")
        if answer.status_code in (401, 403):
            raise Away(str(answers.refusal(answer.status_code, body(answer))))
        return frozenset({METHOD.name})

    @override
    async def start(self, charge: Charge) -> Started:
        if charge.currency not in CURRENCIES:
            raise Refused(f"PayPal does not take {charge.currency}", "currency")
        headers = {"PayPal-Request-Id": str(charge.attempt_id), **FULL}
        made = await self.line.do(ORDERS, headers, _order(charge))
        links = {text_at(each, "rel"): text_at(each, "href") for each in list_at(made, "links")}
        url = links.get("payer-action") or links.get("approve", "")
        if not text_at(made, "id"):
            raise Lost("PayPal's order has no id")
        return Started(text_at(made, "id"), url)

    @override
    async def find(self, known: Known) -> Seen | None:
        """Without a reference nobody was sent to PayPal, so nobody can have paid there."""
        if not known.provider_ref:
            return None
        order = await self._order(known.provider_ref)
        if order is None:  # it forgets what nobody approved
            return Seen(State.expired, known.amount, known.currency, known.provider_ref)
        declined = False
        if order.get("status") == "APPROVED" and answers.capture_of(order) is None:
            order, declined = await self._captured(order, known)
        capture = answers.capture_of(order)
        complaints = await self._complaints(text_at(capture, "id")) if capture else []
        seen = answers.order_seen(order, complaints)
        return replace(seen, state=State.declined, reason="refused") if declined else seen

    @override
    async def fetch_keys(self, headers: Mapping[str, str]) -> None:
        if not self.webhook_id:
            raise Unsigned("no webhook of PayPal's is expected")
        await self.certificates.learn(headers.get("paypal-cert-url", ""), clock.now())

    @override
    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        if not self.webhook_id:
            raise Unsigned("no webhook of PayPal's is expected")
        key = self.certificates.key(headers.get("paypal-cert-url", ""), at)
        return hook_of(headers, body, self.webhook_id, key, at)

    @override
    async def disputes(self, since: datetime) -> list[Hook]:
        """Return the newest complaints that moved since then; none where we may not ask."""
        after = since.strftime("%Y-%m-%dT%H:%M:%S.000Z")
        query = {"update_time_after": after, "page_size": "50"}
        answer = await self.line.ask("GET", DISPUTES, params=query)
        if answer.status_code in (401, 403):
            return []
        found = list_at(read(answer), "items")
        return [answers.dispute_hook(await self._told(each)) for each in found]

    @override
    async def refund(self, giving: Giving) -> Given:
        order = await self._paid_by(giving)
        if (known := answers.refund_of(order, giving.id)) is not None:
            return answers.refund_given(known)
        if (capture := answers.capture_of(order)) is None:
            raise Refused("nothing was paid with this order")
        asked = {
            "amount": _money(giving.amount, giving.currency),
            "invoice_id": str(giving.id),
            "custom_id": text_at(capture, "custom_id"),
        }
        headers = {"PayPal-Request-Id": str(giving.id), **FULL}
        path = f"/v2/payments/captures/{text_at(capture, 'id')}/refund"
        return answers.refund_given(await self.line.do(path, headers, asked))

    @override
    async def pay_out(self, giving: Giving) -> Given:
        raise Refused("payouts through PayPal are not set up", "not_configured")

    @override
    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        if not provider_ref:
            try:
                found = answers.refund_of(await self._paid_by(giving), giving.id)
            except Refused:  # what cannot be sent back was not
                return None
            return answers.refund_given(found) if found is not None else None
        answer = await self.line.ask("GET", f"/v2/payments/refunds/{provider_ref}")
        return None if answer.status_code == 404 else answers.refund_given(read(answer))

    @override
    async def balances(self) -> Mapping[str, int]:
        """Return its balances; nothing where the account may not ask for them."""
        query = {"currency_code": "ALL"}
        answer = await self.line.ask("GET", "/v1/reporting/balances", params=query)
        if answer.status_code == 403:
            return {}
        return dict(_balance(each) for each in list_at(read(answer), "balances"))

    @override
    async def close(self) -> None:
        await self.line.close()
        await self.certificates.close()

    async def _order(self, ref: str) -> dict[str, Any] | None:
        answer = await self.line.ask("GET", f"{ORDERS}/{ref}")
        return None if answer.status_code == 404 else read(answer)

    async def _captured(
        self, order: Mapping[str, Any], known: Known
    ) -> tuple[dict[str, Any], bool]:
        """Capture what the payer approved; return the order as it is then, and whether the
        payer's means were declined. The payer may choose others and approve it again, so each
        approval is captured under a request id of its own.
        """
        seen = answers.order_seen(order)
        if seen.attempt_id != known.attempt_id:
            return dict(order), False
        request_id = f"capture-{known.attempt_id}-{text_at(order, 'update_time')}"[:108]
        headers = {"PayPal-Request-Id": request_id, **FULL}
        path = f"{ORDERS}/{seen.provider_ref}"
        answer = await self.line.ask("POST", f"{path}/capture", headers, json={})
        if not answer.is_success and answer.status_code != 422:
            raise Away(str(answers.refusal(answer.status_code, body(answer))))
        return read(await self.line.ask("GET", path)), answers.is_declined(body(answer))

    async def _complaints(self, capture_id: str) -> list[dict[str, Any]]:
        """Ask for complaints; an account that may not ask is told by the capture alone."""
        query = {"disputed_transaction_id": capture_id}
        answer = await self.line.ask("GET", DISPUTES, params=query)
        found = list_at(body(answer), "items") if answer.is_success else []
        return [await self._told(each) for each in found]

    async def _told(self, complaint: Mapping[str, Any]) -> dict[str, Any]:
        """Return all of a complaint: its list says neither how it ended nor what it costs."""
        path = f"{DISPUTES}/{segment(text_at(complaint, 'dispute_id'))}"
        return read(await self.line.ask("GET", path))

    async def _paid_by(self, giving: Giving) -> dict[str, Any]:
        charge = giving.charge
        if charge is None or charge.currency != giving.currency:
            raise Refused("PayPal sends money back only to where it came from", "currency")
        if (order := await self._order(charge.provider_ref)) is None:
            raise Refused("PayPal does not know this order")
        return order


def _order(charge: Charge) -> dict[str, Any]:
    unit = {
        "reference_id": str(charge.order_id),
        "custom_id": str(charge.attempt_id),
        "invoice_id": str(charge.attempt_id),  # PayPal captures an invoice once
        "description": charge.description[:127],
        "amount": _money(charge.amount, charge.currency),
    }
    experience = {
        "return_url": charge.return_url,
        "cancel_url": charge.cancel_url,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
        "locale": "fr-FR" if charge.locale == "fr" else "en-US",
    }
    source = {"paypal": {"experience_context": experience}}
    return {"intent": "CAPTURE", "purchase_units": [unit], "payment_source": source}


def _money(amount: int, currency: str) -> dict[str, str]:
    return {"currency_code": currency, "value": written(amount, currency)}


def _balance(told: Mapping[str, Any]) -> tuple[str, int]:
    total = object_at(told, "total_balance")
    currency, value = text_at(total, "currency_code"), text_at(total, "value")
    try:
        amount = minor_units(value.removeprefix("-"), currency)
    except ValueError as error:
        raise Lost("PayPal's balance cannot be read") from error
    return currency, -amount if value.startswith("-") else amount
