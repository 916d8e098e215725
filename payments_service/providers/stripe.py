"""Stripe: cards by Checkout, refunds, disputes, and kept cards that pay for renewals.

Our attempt's id is the idempotency key of every charge (Stripe keeps keys for a day) and stands in
the metadata of the payment, so a charge whose answer was lost is found again.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from typing_extensions import override

from kit import clock
from payments_service.providers import stripe_answers as answers
from payments_service.providers.calls import line, list_at, object_at, text_at
from payments_service.providers.provider import (
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
    Renewing,
    Seen,
    Started,
    Unsigned,
)
from payments_service.providers.stripe_asked import (
    CURRENCIES,
    again,
    around,
    once,
    page,
    to_send_back,
)
from payments_service.providers.stripe_line import Missing, answer, client, reading
from payments_service.rules.signatures import is_signed
from payments_service.settings import Settings

CARD = Method("card", None, needs_phone=False, currencies=CURRENCIES)
PAGE = ["payment_intent.latest_charge.balance_transaction"]
CHARGE = ["latest_charge.balance_transaction"]
PAGES = 10  # of a hundred, when a lost charge is looked for
KEPT = timedelta(hours=20)  # so long at least, Stripe knows a key it has seen


def stripe(settings: Settings) -> "Stripe | None":
    key = settings.stripe_key.get_secret_value().strip()
    secret = settings.stripe_webhook_secret.get_secret_value().strip()
    return Stripe(settings.stripe_url, key, secret) if key else None


class Stripe(Provider, Renewing, Disputing):
    """`url` is `https://api.stripe.com`, or a simulator's."""

    name = "stripe"

    def __init__(self, url: str, key: str, webhook_secret: str) -> None:
        self.is_test = not key.startswith(("sk_live_", "rk_live_"))
        self.key, self.webhook_secret = key, webhook_secret
        self.http = line("")
        self.sdk = client(self.http, url, key).v1

    @override
    def methods(self) -> tuple[Method, ...]:
        return (CARD,)

    @override
    async def available(self) -> frozenset[str]:
        await self.balances()
        return frozenset({CARD.name})

    @override
    async def start(self, charge: Charge) -> Started:
        """Make the page where the payer types the card. The same attempt has the same page."""
        _check_currency(charge.currency)
        key = once(f"pay:{charge.attempt_id}")
        made = await answer(self.sdk.checkout.sessions.create_async(page(charge), key))
        ref, url = text_at(made, "id"), text_at(made, "url")
        if not ref:
            raise Lost("Stripe's page has no id")
        if not url:
            raise Refused("Stripe's page has no address", "expired")
        return Started(ref, url)

    @override
    async def charge_again(self, charge: Charge, saved: str) -> Started:
        """Charge a kept card. Stripe forgets keys: after that, it is looked for first."""
        _check_currency(charge.currency)
        if charge.created_at and clock.now() - charge.created_at > KEPT:
            intents = self.sdk.payment_intents.list_async
            if ref := await self._sought(intents, charge.attempt_id, charge.created_at):
                return Started(ref)
        key = once(f"pay:{charge.attempt_id}")
        made = await answer(self.sdk.payment_intents.create_async(again(charge, saved), key))
        seen = answers.intent_seen(made, {})
        return Started(seen.provider_ref, state=seen.state)

    @override
    async def find(self, known: Known) -> Seen | None:
        ref = known.provider_ref or await self._lost(known)
        try:
            if ref.startswith("pi_"):
                intent = await self._intent(ref)
                return answers.intent_seen(intent, await self._disputes(intent))
            if not ref:
                return None
            asked: Any = {"expand": PAGE}
            session = await reading(self.sdk.checkout.sessions.retrieve_async(ref, asked))
        except Missing:
            return None
        disputes = await self._disputes(object_at(session, "payment_intent"))
        return answers.session_seen(session, disputes)

    @override
    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        header = headers.get("stripe-signature", "")
        if not is_signed(header, body, self.webhook_secret, at, scheme="v1", joint=b"."):
            raise Unsigned("this is not Stripe's signature of just now")
        try:
            event = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Unsigned("this is no JSON") from error
        kind = text_at(event, "type") if isinstance(event, dict) else ""
        if not kind or not text_at(event, "id"):
            raise Unsigned("this is no event")
        return answers.event_hook(event, kind)

    @override
    async def trace(self, hook: Hook) -> Hook:
        if hook.attempt_id or not hook.provider_ref.startswith("pi_"):
            return hook
        intent = await self._intent(hook.provider_ref)
        attempt_id = answers.uuid_in(object_at(intent, "metadata").get("attempt_id"))
        return replace(hook, attempt_id=attempt_id)

    @override
    async def disputes(self, since: datetime) -> list[Hook]:
        """Return the newest disputes that began since then; each names only Stripe's payment."""
        asked: Any = {"limit": 100, "created": {"gte": int(since.timestamp())}}
        found = await reading(self.sdk.disputes.list_async(asked))
        return [
            answers.dispute_hook(each, ref)
            for each in list_at(found, "data")
            if (ref := answers.payment_of(each))
        ]

    @override
    async def refund(self, giving: Giving) -> Given:
        """Send back what no earlier call has: Stripe knows a key for a day only."""
        if (known := await self.find_given(giving, "")) is not None:
            return known
        asked = to_send_back(giving, await self._paid_by(giving))
        key = once(f"refund:{giving.id}")
        return answers.refund_given(await answer(self.sdk.refunds.create_async(asked, key)))

    @override
    async def pay_out(self, giving: Giving) -> Given:
        raise Refused("Stripe pays nobody but ourselves", "not_configured")

    @override
    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        try:
            if provider_ref:
                found = await reading(self.sdk.refunds.retrieve_async(provider_ref))
                return answers.refund_given(found)
            asked: Any = {"payment_intent": await self._paid_by(giving), "limit": 100}
        except Refused:  # it is missing; and what cannot be sent back was not
            return None
        listed = await reading(self.sdk.refunds.list_async(asked))
        for each in list_at(listed, "data"):
            if object_at(each, "metadata").get("refund_id") == str(giving.id):
                return answers.refund_given(each)
        return None

    @override
    async def balances(self) -> Mapping[str, int]:
        """Return what can be paid out and what soon can, in the currencies Stripe pays out."""
        told = await reading(self.sdk.balance.retrieve_async())
        found: dict[str, int] = {}
        for each in (*list_at(told, "available"), *list_at(told, "pending")):
            currency, amount = text_at(each, "currency").upper(), each.get("amount")
            if not isinstance(amount, int):
                raise Lost("Stripe's balance has no amount")
            found[currency] = found.get(currency, 0) + amount  # it may be below zero
        return found

    @override
    async def close(self) -> None:
        await self.http.aclose()

    async def _intent(self, ref: str) -> dict[str, Any]:
        asked: Any = {"expand": CHARGE}
        return await reading(self.sdk.payment_intents.retrieve_async(ref, asked))

    async def _disputes(self, intent: Mapping[str, Any]) -> dict[str, Any]:
        if not object_at(intent, "latest_charge").get("disputed"):
            return {}
        asked: Any = {"payment_intent": text_at(intent, "id")}
        return await reading(self.sdk.disputes.list_async(asked))

    async def _paid_by(self, giving: Giving) -> str:
        """Return the payment that money is sent back from."""
        charge = giving.charge
        if charge is None or charge.currency != giving.currency:
            raise Refused("Stripe sends money back only to the card it came from", "currency")
        if charge.provider_ref.startswith("pi_"):
            return charge.provider_ref
        session = await reading(self.sdk.checkout.sessions.retrieve_async(charge.provider_ref))
        if not (found := answers.payment_of(session)):
            raise Refused("nothing was paid on this page")
        return found

    async def _lost(self, known: Known) -> str:
        """Return the id of a charge whose answer was lost; empty when Stripe made none."""
        for listed in (self.sdk.checkout.sessions.list_async, self.sdk.payment_intents.list_async):
            if ref := await self._sought(listed, known.attempt_id, known.created_at):
                return ref
        return ""

    async def _sought(
        self, listed: Callable[[Any], Any], attempt_id: UUID, created_at: datetime | None
    ) -> str:
        """Look for an attempt in a list: the search lags behind by up to a minute."""
        asked: Any = {"limit": 100, **around(created_at)}
        for _ in range(PAGES):
            found = await reading(listed(asked))
            here = list_at(found, "data")
            for each in here:
                if object_at(each, "metadata").get("attempt_id") == str(attempt_id):
                    return text_at(each, "id")
            if not found.get("has_more") or not here:
                break
            asked["starting_after"] = text_at(here[-1], "id")
        return ""


def _check_currency(currency: str) -> None:
    if currency not in CURRENCIES:
        raise Refused(f"Stripe is not asked for {currency}", "currency")
