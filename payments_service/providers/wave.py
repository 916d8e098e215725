"""Wave's Business API: the payer opens Wave's own page or app; refunds of whole payments; payouts.

Our id is the `client_reference` of sessions and payouts, and they are looked for by it before one
is made: that its idempotency keys hold for sessions is not written anywhere.
"""

import json
from collections.abc import Mapping
from datetime import datetime

from typing_extensions import override

from payments_service.providers.calls import call, line, list_at, object_at, segment, text_at, told
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
    Trouble,
    Unsigned,
)
from payments_service.providers.wave_answers import (
    Found,
    amount_of,
    best_of,
    given_of,
    refused,
    state_of,
    with_id,
)
from payments_service.rules.amounts import written
from payments_service.rules.ids import uuid_in
from payments_service.rules.operators import reached_by
from payments_service.rules.reasons import reason_in
from payments_service.rules.signatures import is_signed
from payments_service.settings import Settings

METHOD = "wave"
SESSION, PAYOUT = "/v1/checkout/sessions", "/v1/payout"
REFUND_OF = "refund:"  # before the session: a refund has no id of its own


class Wave(Provider):
    """One key is one wallet. `countries`: where its page is offered."""

    name = "wave"
    is_test = False  # it has no sandbox: its smallest payments are how it is tried

    def __init__(self, url: str, key: str, webhook_secret: str, countries: str) -> None:
        self.http = line(url, {"Authorization": f"Bearer {key}"})
        self.webhook_secret = webhook_secret
        self.countries = {each.strip().upper() for each in countries.split(",")}

    @override
    def methods(self) -> tuple[Method, ...]:
        return tuple(
            Method(METHOD, each.country, needs_phone=False, currencies=frozenset({each.currency}))
            for each in reached_by(self.name)
            if each.country in self.countries
        )

    @override
    async def available(self) -> frozenset[str]:
        try:
            await self._read("/v1/balance")
        except Trouble:
            return frozenset()
        return frozenset({METHOD})

    @override
    async def start(self, charge: Charge) -> Started:
        found = await self._sought(f"{SESSION}/search", str(charge.attempt_id))
        session = best_of(found) if found else await self._made(charge)
        ref, page = text_at(session, "id"), text_at(session, "wave_launch_url")
        state = state_of(session)
        if state is State.pending and not page.startswith("http"):
            raise Lost("Wave gave no page to pay on")
        return Started(ref, page if state is State.pending else "", state)

    @override
    async def find(self, known: Known) -> Seen | None:
        session = await self._session(known)
        if session is None:
            return None
        currency = text_at(session, "currency").upper()
        amount = amount_of(session, "amount", currency)
        state = state_of(session)
        error = object_at(session, "last_payment_error")
        reason = reason_in(text_at(error, "code"), text_at(error, "message")) if error else ""
        return Seen(
            state,
            amount,
            currency,
            text_at(session, "id"),
            reason="" if state is State.approved else reason,
            refunded=amount if text_at(session, "when_refunded") else 0,
            attempt_id=uuid_in(text_at(session, "client_reference")),
        )

    @override
    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        """Check `Wave-Signature`, which is made of time and body with nothing between them."""
        signature = headers.get("wave-signature", "")
        if not is_signed(signature, body, self.webhook_secret, at, scheme="v1", joint=b""):
            raise Unsigned("not signed by Wave, or not now")
        try:
            event = json.loads(body)
            about = object_at(event, "data")
            kind, named = text_at(event, "type"), text_at(event, "id")
        except (ValueError, AttributeError, RecursionError) as error:
            raise Unsigned("signed, but no event of Wave's") from error
        is_session = kind.startswith("checkout.session.")
        return Hook(
            named or f"{kind}:{text_at(about, 'id')}",
            kind,
            text_at(about, "id") if is_session else "",
            uuid_in(text_at(about, "client_reference")) if is_session else None,
        )

    @override
    async def refund(self, giving: Giving) -> Given:
        """Send a whole payment back; a part of it is paid out, where the number is known.

        Wave refunds a session once, however often it is asked to.
        """
        if giving.charge is None:
            raise Refused("a refund needs the payment it is of")
        if giving.amount != giving.charge.amount:
            if giving.phone:
                return await self.pay_out(giving)
            raise Refused("Wave refunds whole payments only; a part needs the payer's number")
        ref = giving.charge.provider_ref
        answer = await call(self.http, "POST", f"{SESSION}/{segment(ref)}/refund", json={})
        if not answer.is_success:
            raise refused(answer)
        return Given(State.approved, REFUND_OF + ref)

    @override
    async def pay_out(self, giving: Giving) -> Given:
        found = await self._sought("/v1/payouts/search", str(giving.id))
        if found:
            return given_of(found[0], giving.currency)
        wanted = {
            "currency": giving.currency,
            "receive_amount": written(giving.amount, giving.currency),
            "mobile": giving.phone,
            "name": giving.name,
            "client_reference": str(giving.id),
            "payment_reason": giving.reason[:40],
        }
        filled = {name: value for name, value in wanted.items() if value}
        headers = {"Idempotency-Key": str(giving.id)}
        answer = await call(self.http, "POST", PAYOUT, json=filled, headers=headers)
        if answer.status_code == 409:
            raise Lost("Wave has this payout already, in other words")
        if not answer.is_success:
            raise refused(answer)
        return given_of(with_id(answer), giving.currency)

    @override
    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        """Return what became of a payout, or of a refund where the session tells.

        None for a refund that it does not tell of: asking for it again does no harm.
        """
        if giving.charge is not None and giving.amount == giving.charge.amount:
            session = await self._session(giving.charge)
            is_refunded = session is not None and bool(text_at(session, "when_refunded"))
            ref = REFUND_OF + giving.charge.provider_ref
            return Given(State.approved, ref) if is_refunded else None
        if provider_ref:
            found = await self._read(f"{PAYOUT}/{segment(provider_ref)}")
            return None if found is None else given_of(found, giving.currency)
        sought = await self._sought("/v1/payouts/search", str(giving.id))
        return given_of(sought[0], giving.currency) if sought else None

    @override
    async def balances(self) -> Mapping[str, int]:
        found = await self._read("/v1/balance")
        currency = text_at(found or {}, "currency").upper()
        return {currency: amount_of(found, "amount", currency)} if found and currency else {}

    @override
    async def close(self) -> None:
        await self.http.aclose()

    async def _made(self, charge: Charge) -> Found:
        wanted = {
            "amount": written(charge.amount, charge.currency),
            "currency": charge.currency,
            "client_reference": str(charge.attempt_id),
            "success_url": charge.return_url,
            "error_url": charge.cancel_url or charge.return_url,
        }
        headers = {"Idempotency-Key": str(charge.attempt_id)}
        answer = await call(self.http, "POST", SESSION, json=wanted, headers=headers)
        if not answer.is_success:
            raise refused(answer)
        return with_id(answer)

    async def _session(self, known: Known) -> Found | None:
        """Return the session of an attempt. Where a lost answer left two, the paid one counts."""
        ref = segment(known.provider_ref)
        found = await self._read(f"{SESSION}/{ref}") if ref else None
        if found is not None and state_of(found) is State.approved:
            return found
        others = await self._look(f"{SESSION}/search", str(known.attempt_id))
        sessions = [each for each in (found, *others) if each is not None]
        return best_of(sessions) if sessions else None

    async def _sought(self, path: str, reference: str) -> list[Found]:
        """Look for what carries our reference before it is made: nothing is done yet."""
        try:
            return await self._look(path, reference)
        except Lost as error:
            raise Away(str(error)) from error

    async def _look(self, path: str, reference: str) -> list[Found]:
        found = await self._read(path, client_reference=reference) or {}
        rows = list_at(found, "result") or list_at(found, "results")
        return [each for each in rows if text_at(each, "client_reference") == reference]

    async def _read(self, path: str, **query: str) -> Found | None:
        """Return what is there; None when there is nothing. A refusal says nothing of money."""
        answer = await call(self.http, "GET", path, params=query)
        if answer.status_code == 404:
            return None
        if not answer.is_success:
            raise Lost(f"Wave answered {answer.status_code} to a question")
        return told(answer)


def wave(settings: Settings) -> Wave | None:
    key = settings.wave_api_key.get_secret_value().strip()
    secret = settings.wave_webhook_secret.get_secret_value().strip()
    return Wave(settings.wave_url, key, secret, settings.wave_countries) if key else None
