"""FedaPay: mobile money of West Africa and cards, asked for on the phone or on its own page.

Our reference is on every transaction and payout (`merchant_reference`), so that what was lost is
found. A payout is made first and started then: one that was only made has moved nothing.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from typing_extensions import override

from payments_service.providers.calls import body, list_at, object_at, segment, text_at
from payments_service.providers.fedapay_answers import (
    PAYOUT,
    STATES,
    attempt_of,
    given_of,
    hook_of,
    minor_units_of,
    reason_of,
    refunded_of,
    state_of,
)
from payments_service.providers.fedapay_api import LIVE, SANDBOX, FedaPayApi, Found, opened, refused
from payments_service.providers.provider import (
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
    Trouble,
    Unsigned,
)
from payments_service.rules.operators import Way, reached_by, way
from payments_service.rules.phones import for_fedapay
from payments_service.rules.signatures import is_signed
from payments_service.settings import Settings

TEST_MODE = "momo_test"  # the only one its sandbox has
CARD = Method("card", None, needs_phone=False, currencies=frozenset({"XOF"}))


class FedaPay(Provider):
    name = "fedapay"

    def __init__(self, url: str, key: str, webhook_secret: str) -> None:
        self.is_test = not key.startswith("sk_live_")
        self.api = FedaPayApi(url or (SANDBOX if self.is_test else LIVE), key)
        self.webhook_secret = webhook_secret

    @override
    def methods(self) -> tuple[Method, ...]:
        carried = tuple(
            Method(
                each.name,
                each.country,
                needs_phone=each.ways[self.name].is_pushed,
                currencies=frozenset({each.currency}),
            )
            for each in reached_by(self.name)
        )
        return (*carried, CARD)

    @override
    async def available(self) -> frozenset[str]:
        try:
            await self.api.many("/currencies")
        except Trouble:
            return frozenset()
        return frozenset(each.name for each in self.methods())

    @override
    async def start(self, charge: Charge) -> Started:
        transaction = await self._made(charge)
        ref = text_at(transaction, "id")
        if state_of(transaction, STATES) is State.approved:
            return Started(ref, state=State.approved)
        token, page = await self._page(ref)
        reached = self._way(charge.country, charge.method)
        if reached and reached.is_pushed and charge.phone:
            number = for_fedapay(charge.phone, is_sandbox=self.is_test)
            if await self._ask_on_phone(reached.code, {"token": token, "phone_number": number}):
                return Started(ref)
        return Started(ref, page)

    @override
    async def find(self, known: Known) -> Seen | None:
        found = await self._transaction(known)
        if found is None:
            return None
        amount, status = minor_units_of(found, "amount"), text_at(found, "status")
        passed_on = minor_units_of(found, "amount_transferred")
        return Seen(
            state_of(found, STATES),
            amount,
            await self.api.currency(found),
            text_at(found, "id"),
            reason=reason_of(found) if STATES[status] is State.declined else "",
            fee=amount - passed_on if 0 < passed_on <= amount else 0,
            refunded=refunded_of(found, status, amount),
            attempt_id=attempt_of(found),
        )

    @override
    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        signature = headers.get("x-fedapay-signature", "")
        if not is_signed(signature, body, self.webhook_secret, at, scheme="s", joint=b"."):
            raise Unsigned("not signed by FedaPay, or not now")
        try:
            event = json.loads(body)
            entity = event.get("entity")
            thing = json.loads(entity) if isinstance(entity, str) else entity
            return hook_of(event, thing if isinstance(thing, dict) else {}, body)
        except (ValueError, AttributeError, RecursionError) as error:
            raise Unsigned("signed, but no event of FedaPay's") from error

    @override
    def may_refund(self, phone: str) -> bool:
        return bool(phone)

    @override
    async def refund(self, giving: Giving) -> Given:
        """Pay the payer out: FedaPay has no refund by API, and by hand only for MTN in Bénin."""
        if not giving.phone:
            raise Refused("FedaPay refunds by a payout, which needs the payer's number")
        return await self.pay_out(giving)

    @override
    async def pay_out(self, giving: Giving) -> Given:
        """Make a payout unless it is there, and start it unless it was."""
        found = await self.api.by_reference("payout", giving.id)
        if found is None:
            found = await self._payout_made(giving)
        if text_at(found, "status") == "pending" and not text_at(found, "started_at"):
            number = for_fedapay(giving.phone, is_sandbox=self.is_test)
            wanted = {"payouts": [{"id": found["id"], "phone_number": number}]}
            answer = await self.api.change("PUT", "/payouts/start", json=wanted)
            if not answer.is_success:
                raise refused(answer)
            started = list_at(body(answer), "v1/payouts")
            found = started[0] if started else {**found, "status": "started"}
        return given_of(found)

    @override
    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        """Return what became of a payout. One that was made and never started is unknown: nothing
        has moved, and `pay_out` starts it.
        """
        number = provider_ref.removeprefix(PAYOUT)
        if number:
            found = await self.api.one(f"/payouts/{segment(number)}", "payout")
        else:
            found = await self.api.by_reference("payout", giving.id)
        if found is None:
            return None
        is_waiting = text_at(found, "status") == "pending" and not text_at(found, "started_at")
        return None if is_waiting else given_of(found)

    @override
    async def balances(self) -> Mapping[str, int]:
        held: dict[str, int] = {}
        listed = await self.api.many("/balances")
        for each in list_at(listed, "v1/balances"):
            currency = await self.api.currency(each)
            held[currency] = held.get(currency, 0) + minor_units_of(each, "amount")
        return held

    @override
    async def close(self) -> None:
        await self.api.http.aclose()

    async def _made(self, charge: Charge) -> Found:
        """Make a transaction, or find the one that an earlier call made."""
        wanted = {
            "description": charge.description[:255],
            "amount": charge.amount,
            "currency": {"iso": charge.currency},
            "callback_url": charge.return_url,
            "merchant_reference": str(charge.attempt_id),
            "custom_metadata": {
                "reference": str(charge.attempt_id),
                "order": str(charge.order_id),
            },
            "customer": self._customer(charge.name, charge.email, charge.phone),
        }
        headers = {"Idempotency-Key": str(charge.attempt_id)}
        answer = await self.api.change("POST", "/transactions", json=wanted, headers=headers)
        if answer.is_success:
            return opened(body(answer), "transaction")
        if answer.status_code not in {401, 403}:
            found = await self.api.by_reference("transaction", charge.attempt_id)
            if found is not None:
                return found
        raise refused(answer)

    async def _page(self, ref: str) -> tuple[str, str]:
        """Return what lets a payer pay a transaction: a token, and the page it opens."""
        answer = await self.api.change("POST", f"/transactions/{segment(ref)}/token")
        if not answer.is_success:
            raise refused(answer)
        found = body(answer)
        inside = object_at(found, "v1/transaction_token") or found
        token, page = text_at(inside, "token"), text_at(inside, "url")
        if not token or not page.startswith("http"):
            raise Lost("FedaPay gave no page to pay on")
        return token, page

    async def _ask_on_phone(self, code: str, wanted: dict[str, Any]) -> bool:
        """Ask the payer on the phone; False where this account must use the page instead."""
        mode = TEST_MODE if self.is_test else code
        answer = await self.api.change("POST", f"/{mode}", json=wanted)
        if answer.is_success:
            return True
        if answer.status_code in {403, 404, 405}:
            return False
        raise refused(answer)

    async def _transaction(self, known: Known) -> Found | None:
        if known.provider_ref:
            return await self.api.one(f"/transactions/{segment(known.provider_ref)}", "transaction")
        return await self.api.by_reference("transaction", known.attempt_id)

    async def _payout_made(self, giving: Giving) -> Found:
        country = giving.country or (giving.charge.country if giving.charge else "")
        method = giving.method or (giving.charge.method if giving.charge else "")
        reached = self._way(country, method)
        if reached is None or not reached.code:
            raise Refused(f"FedaPay pays nobody out by {method} in {country}", "not_configured")
        wanted = {
            "amount": giving.amount,
            "currency": {"iso": giving.currency},
            "mode": TEST_MODE if self.is_test else reached.code,
            "description": giving.reason[:255],
            "merchant_reference": str(giving.id),
            "custom_metadata": {"reference": str(giving.id)},
            "customer": self._customer(giving.name, "", giving.phone),
        }
        headers = {"Idempotency-Key": str(giving.id)}
        answer = await self.api.change("POST", "/payouts", json=wanted, headers=headers)
        if not answer.is_success:
            raise refused(answer)
        return opened(body(answer), "payout")

    def _way(self, country: str, method: str) -> Way | None:
        return way(self.name, country, method)

    def _customer(self, name: str, email: str, phone: str) -> dict[str, Any]:
        """Return who pays, without what we do not know: an e-mail address is who they are there."""
        first, _, last = name.strip().partition(" ")
        given: dict[str, Any] = {"firstname": first, "lastname": last, "email": email}
        if phone:
            given["phone_number"] = for_fedapay(phone, is_sandbox=self.is_test)
        return {field: value for field, value in given.items() if value}


def fedapay(settings: Settings) -> FedaPay | None:
    key = settings.fedapay_secret_key.get_secret_value().strip()
    secret = settings.fedapay_webhook_secret.get_secret_value().strip()
    return FedaPay(settings.fedapay_url, key, secret) if key else None
