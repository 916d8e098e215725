"""PayDunya: mobile money of West Africa, on its own page.

Its webhooks carry the SHA-512 of our master key: the same for every one of them, so it proves
nothing about what they say. A seal of ours goes with each invoice and comes back, so that nobody
can wake us about another payment; what counts is what `find` says, asked by the invoice's token.
It has no refunds, no balance that can be asked for, and no way to find an invoice whose making was
not answered; but the payer had no address to pay at then.
"""

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256, sha512
from typing import Any
from urllib.parse import parse_qsl, quote
from uuid import UUID

from typing_extensions import override

from payments_service.providers.calls import body, call, line, object_at, text_at
from payments_service.providers.provider import (
    Away,
    Charge,
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
from payments_service.rules.amounts import minor_units
from payments_service.rules.operators import reached_by, way
from payments_service.rules.reasons import reason_in
from payments_service.rules.signatures import is_sealed, seal
from payments_service.settings import Settings

CONFIRM = "/checkout-invoice/confirm"
CURRENCY = "XOF"
DONE = "00"
NOT_FOUND = "1001"
MANY = 200  # fields in a webhook
MINUTE = 60
SANDBOX = "/sandbox-api/"
STATES = {
    "cancelled": State.cancelled,
    "completed": State.approved,
    "failed": State.declined,
    "pending": State.pending,
}


def paydunya(settings: Settings) -> "PayDunya | None":
    keys = PayDunyaKeys(
        settings.paydunya_master_key.get_secret_value().strip(),
        settings.paydunya_private_key.get_secret_value().strip(),
        settings.paydunya_token.get_secret_value().strip(),
    )
    return PayDunya(settings.paydunya_url, keys, settings.brand_name) if keys.are_there else None


@dataclass(frozen=True, slots=True)
class PayDunyaKeys:
    master: str = field(repr=False)
    private: str = field(repr=False)
    token: str = field(repr=False)

    @property
    def are_there(self) -> bool:
        return bool(self.master and self.private and self.token)


class PayDunya(Provider):
    """`store`: whose name its page shows."""

    name = "paydunya"

    def __init__(self, url: str, keys: PayDunyaKeys, store: str) -> None:
        self.is_test = SANDBOX in f"{url}/" or keys.private.startswith("test_")
        self.master_key, self.store = keys.master, store
        headers = {
            "PAYDUNYA-MASTER-KEY": keys.master,
            "PAYDUNYA-PRIVATE-KEY": keys.private,
            "PAYDUNYA-TOKEN": keys.token,
        }
        self.http = line(url, headers)

    @override
    def methods(self) -> tuple[Method, ...]:
        currencies = frozenset({CURRENCY})
        return tuple(
            Method(each.name, each.country, needs_phone=False, currencies=currencies)
            for each in reached_by(self.name)
        )

    @override
    async def available(self) -> frozenset[str]:
        """Ask about an invoice that there is not: whoever says so is there and takes our keys."""
        answer = await call(self.http, "GET", f"{CONFIRM}/none")
        if answer.status_code in (401, 403) or not body(answer):
            raise Away(str(_refusal(answer.status_code, body(answer))))
        return frozenset(each.name for each in self.methods())

    @override
    async def start(self, charge: Charge) -> Started:
        if charge.currency != CURRENCY:
            raise Refused(f"PayDunya does not take {charge.currency}", "currency")
        asked = self._asked(charge)
        answer = await call(self.http, "POST", "/checkout-invoice/create", json=asked)
        found = body(answer)
        code, token = text_at(found, "response_code"), text_at(found, "token")
        if answer.is_client_error or code not in ("", DONE):
            raise _refusal(answer.status_code, found)
        url = text_at(found, "response_text")
        if not token or not url.startswith(("https://", "http://")):
            raise Lost("PayDunya's invoice has no token or no address")
        return Started(token, url)

    @override
    async def find(self, known: Known) -> Seen | None:
        """Ask by the token. Without one nobody was sent to PayDunya, so nobody can have paid."""
        if not known.provider_ref:
            return None
        found = await self._invoice(known.provider_ref)
        if found is None:  # it forgets what nobody paid
            return Seen(State.expired, known.amount, known.currency, known.provider_ref)
        if text_at(found, "mode") == "test" and not self.is_test:
            raise Lost("PayDunya's invoice is test money")
        return seen_of(found, known)

    @override
    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        """Turn away who does not know the hash, or the seal of this payment.

        The key has the minute in it: what comes later is news, what comes twice at once is not.
        """
        found = _fields(body)
        wanted = sha512(self.master_key.encode()).hexdigest()
        shown = found.get("data[hash]", "")
        if not self.master_key or not hmac.compare_digest(shown.encode(), wanted.encode()):
            raise Unsigned("this does not show PayDunya's hash")
        attempt_id = _uuid_in(found.get("data[custom_data][attempt_id]"))
        seen = found.get("data[custom_data][seal]", "")
        if attempt_id is None or not is_sealed(str(attempt_id), seen, self.master_key):
            raise Unsigned("this is about no payment of ours")
        key = f"{sha256(body).hexdigest()}:{int(at.timestamp()) // MINUTE}"
        return Hook(key, f"invoice.{found.get('data[status]', '')[:40]}", attempt_id=attempt_id)

    @override
    def may_refund(self, phone: str) -> bool:
        return False

    @override
    async def refund(self, giving: Giving) -> Given:
        raise Refused("PayDunya has no refunds: by hand, or in coins", "not_configured")

    @override
    async def pay_out(self, giving: Giving) -> Given:
        raise Refused("payouts through PayDunya are not set up", "not_configured")

    @override
    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        return None

    @override
    async def balances(self) -> Mapping[str, int]:
        return {}

    @override
    async def close(self) -> None:
        await self.http.aclose()

    def _asked(self, charge: Charge) -> dict[str, Any]:
        reached = way(self.name, charge.country, charge.method)
        if reached is None:
            raise Refused(f"PayDunya reaches no {charge.method} in {charge.country}")
        attempt_id = str(charge.attempt_id)
        ours = {
            "attempt_id": attempt_id,
            "order_id": str(charge.order_id),
            "seal": seal(attempt_id, self.master_key),
        }
        return {
            "invoice": {
                "total_amount": charge.amount,
                "description": charge.description[:255],
                "channels": [reached.code],
            },
            "store": {"name": self.store},
            "custom_data": ours,
            "actions": {
                "return_url": charge.return_url,
                "cancel_url": charge.cancel_url,
                "callback_url": charge.webhook_url,
            },
        }

    async def _invoice(self, token: str) -> dict[str, Any] | None:
        """Return an invoice as it is now; None for one that PayDunya does not know."""
        answer = await call(self.http, "GET", f"{CONFIRM}/{quote(token, safe='')}")
        found = body(answer)
        if answer.status_code == 404 or text_at(found, "response_code") == NOT_FOUND:
            return None
        if not answer.is_success or text_at(found, "response_code") != DONE:
            raise Away(str(_refusal(answer.status_code, found)))
        return found


def seen_of(found: Mapping[str, Any], known: Known) -> Seen:
    """Return where an invoice stands."""
    state = STATES.get(text_at(found, "status"))
    if state is None:
        raise Lost("PayDunya's invoice has no state")
    said = text_at(found, "fail_reason", "response_text")
    return Seen(
        state,
        _amount(object_at(found, "invoice")),
        CURRENCY,
        known.provider_ref,
        reason=reason_in(said) if state is State.declined else "",
        attempt_id=_uuid_in(object_at(found, "custom_data").get("attempt_id")),
    )


def _amount(invoice: Mapping[str, Any]) -> int:
    try:
        return minor_units(invoice.get("total_amount"), CURRENCY)
    except ValueError as error:
        raise Lost("PayDunya's amount cannot be read") from error


def _refusal(status: int, found: Mapping[str, Any]) -> Refused:
    said = text_at(found, "response_text")
    reason = "not_configured" if status in (401, 403) else reason_in(said)
    return Refused(f"PayDunya: {status} {text_at(found, 'response_code')} {said}"[:300], reason)


def _fields(body: bytes) -> dict[str, str]:
    """Return what a webhook says by its names in a form, `data[invoice][token]`; also from JSON,
    and from JSON in the field `data`. Raise Unsigned.
    """
    try:
        if body.lstrip().startswith(b"{"):
            return dict(_flat("data", object_at(json.loads(body), "data")))
        found = dict(parse_qsl(body.decode(), max_num_fields=MANY))
        if "data" in found:
            return dict(_flat("data", json.loads(found["data"])))
    except (ValueError, RecursionError) as error:
        raise Unsigned("this can be read in no way that PayDunya writes") from error
    return found


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(f"{name}[{key}]", inner)
    elif isinstance(value, str):
        yield name, value


def _uuid_in(text: object) -> UUID | None:
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
