"""MTN MoMo's Open API: the payer is asked on the phone, and has five minutes.

Our ids are its reference ids, so a second call with one is refused there as known. Its callbacks
are sent once and are signed by nobody: each carries a seal of ours that only we can make, wakes us,
and is believed in nothing else.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from typing_extensions import override

from payments_service.providers.calls import body, object_at, segment, text_at
from payments_service.providers.mtn_momo_line import MomoKeys, MomoLine
from payments_service.providers.provider import (
    Charge,
    Given,
    Giving,
    Holder,
    Hook,
    Known,
    Lost,
    Method,
    Naming,
    Provider,
    Refused,
    Seen,
    Started,
    State,
    Trouble,
    Unsigned,
)
from payments_service.rules.amounts import minor_units, written
from payments_service.rules.ids import as_version_4, uuid_in
from payments_service.rules.operators import CURRENCIES, reached_by
from payments_service.rules.phones import msisdn
from payments_service.rules.reasons import reason_in
from payments_service.rules.signatures import is_sealed, seal
from payments_service.settings import Settings

SANDBOX = "sandbox"
METHOD = "mtn"
KNOWN = "RESOURCE_ALREADY_EXIST"
STATES = {
    "CREATED": State.pending,
    "PENDING": State.pending,
    "ONGOING": State.pending,
    "DELAYED": State.pending,
    "SUCCESSFUL": State.approved,
    "FAILED": State.declined,
    "REJECTED": State.cancelled,
    "TIMEOUT": State.expired,
    "EXPIRED": State.expired,
}


class MtnMomo(Provider, Naming):
    """`environment` is the country's, as `mtnbenin`; the sandbox knows euros only, and no country.

    `collecting` takes money, `disbursing` gives it back and pays it out; MTN has keys for each.
    """

    name = "mtn_momo"

    def __init__(self, collecting: MomoLine, disbursing: MomoLine | None, seal_key: str) -> None:
        self.environment = collecting.environment
        self.is_test = self.environment == SANDBOX
        self.collecting = collecting
        self.disbursing = disbursing
        self.seal_key = seal_key

    @override
    def methods(self) -> tuple[Method, ...]:
        if self.is_test:
            return (Method(METHOD, None, needs_phone=True, currencies=frozenset({"EUR"})),)
        return tuple(
            Method(METHOD, each.country, True, frozenset({CURRENCIES[each.country]}))
            for each in reached_by(self.name)
            if each.ways[self.name].code == self.environment
        )

    @override
    async def available(self) -> frozenset[str]:
        try:
            await self.collecting.token(is_new=True)
        except Trouble:
            return frozenset()
        return frozenset({METHOD})

    @override
    async def start(self, charge: Charge) -> Started:
        reference = as_version_4(charge.attempt_id)
        wanted = {
            "amount": written(charge.amount, charge.currency),
            "currency": charge.currency,
            "externalId": self._sealed(charge.attempt_id),
            "payer": {"partyIdType": "MSISDN", "partyId": msisdn(charge.phone)},
            "payerMessage": charge.description[:160],
            "payeeNote": str(charge.order_id),
        }
        callback = charge.webhook_url if charge.webhook_url.startswith("https://") else ""
        await self._send(self.collecting, "/v1_0/requesttopay", reference, wanted, callback)
        return Started(str(reference))

    @override
    async def find(self, known: Known) -> Seen | None:
        reference = known.provider_ref or str(as_version_4(known.attempt_id))
        found = await self.collecting.read(f"/v1_0/requesttopay/{segment(reference)}")
        if found is None:
            return None
        state, reason = _state(found)
        currency = text_at(found, "currency").upper()
        return Seen(
            state,
            _amount(found, currency),
            currency,
            reference,
            reason,
            attempt_id=uuid_in(text_at(found, "externalId").partition("-")[0]),
        )

    @override
    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        try:
            said = json.loads(body)
            named, status = text_at(said, "externalId"), text_at(said, "status")
        except (ValueError, AttributeError, RecursionError) as error:
            raise Unsigned("this is no callback of MTN's") from error
        attempt, _, seen = named.partition("-")
        attempt_id = uuid_in(attempt)
        if attempt_id is None or not is_sealed(attempt, seen, self.seal_key):
            raise Unsigned("this callback is not about a payment that we asked for")
        kind = f"requesttopay.{status.lower() if status in STATES else 'changed'}"
        reference = str(as_version_4(attempt_id))
        return Hook(f"{reference}:{kind}", kind, reference, attempt_id)

    @override
    def may_refund(self, phone: str) -> bool:
        return self.disbursing is not None

    @override
    async def refund(self, giving: Giving) -> Given:
        if giving.charge is None:
            raise Refused("a refund needs the payment it is of")
        wanted = {**self._gift(giving), "referenceIdToRefund": giving.charge.provider_ref}
        return await self._give(giving, "refund", wanted)

    @override
    async def pay_out(self, giving: Giving) -> Given:
        payee = {"partyIdType": "MSISDN", "partyId": msisdn(giving.phone)}
        return await self._give(giving, "transfer", {**self._gift(giving), "payee": payee})

    @override
    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        if self.disbursing is None:
            return None
        reference = provider_ref or str(as_version_4(giving.id))
        kind = "refund" if giving.charge else "transfer"
        found = await self.disbursing.read(f"/v1_0/{kind}/{segment(reference)}")
        if found is None:
            return None
        state, reason = _state(found)
        # Money that is given is either gone or not: nobody cancels a transfer.
        return Given(
            state if state in {State.pending, State.approved} else State.declined,
            reference,
            reason,
        )

    @override
    async def holder(self, phone: str) -> Holder | None:
        """Ask whether the number is an active wallet's, then for its holder's name, as MTN has it
        from their papers: it wants nobody's consent for that.
        """
        line = self.disbursing or self.collecting
        where = f"/v1_0/accountholder/msisdn/{segment(msisdn(phone))}"
        active = await line.read(f"{where}/active")
        if active is None or active.get("result") is False:
            return Holder("", is_active=False)
        if active.get("result") is not True:
            raise Lost("MTN does not say whether this number is active")
        found = await line.read(f"{where}/basicuserinfo")
        if found is None:
            return None
        parts = (text_at(found, "given_name"), text_at(found, "family_name"))
        return Holder((text_at(found, "name") or " ".join(parts)).strip()[:200])

    @override
    async def balances(self) -> Mapping[str, int]:
        """Return what both products hold; MTN moves money from one to the other on request."""
        held: dict[str, int] = {}
        for each in filter(None, (self.collecting, self.disbursing)):
            found = await each.read("/v1_0/account/balance") or {}
            currency = text_at(found, "currency").upper()
            if currency:
                amount = _amount(found, currency, "availableBalance")
                held[currency] = held.get(currency, 0) + amount
        return held

    @override
    async def close(self) -> None:
        for each in filter(None, (self.collecting, self.disbursing)):
            await each.http.aclose()

    async def _give(self, giving: Giving, kind: str, wanted: Mapping[str, object]) -> Given:
        if self.disbursing is None:
            raise Refused("MTN gives no money without its disbursement keys", "not_configured")
        reference = as_version_4(giving.id)
        await self._send(self.disbursing, f"/v1_0/{kind}", reference, wanted)
        return Given(State.pending, str(reference))

    def _gift(self, giving: Giving) -> dict[str, object]:
        return {
            "amount": written(giving.amount, giving.currency),
            "currency": giving.currency,
            "externalId": giving.id.hex,
            "payerMessage": giving.reason[:160],
            "payeeNote": giving.id.hex,
        }

    def _sealed(self, attempt_id: UUID) -> str:
        """Return what comes back in a callback: the attempt, and the proof that we named it."""
        return f"{attempt_id.hex}-{seal(attempt_id.hex, self.seal_key)}".rstrip("-")

    async def _send(
        self,
        line: MomoLine,
        path: str,
        reference: UUID,
        wanted: Mapping[str, object],
        callback: str = "",
    ) -> None:
        """Ask for something under a reference of ours. Known already is as good as accepted."""
        headers = {"X-Reference-Id": str(reference)}
        if callback:
            headers["X-Callback-Url"] = callback
        answer = await line.ask("POST", path, headers=headers, json=wanted)
        found = body(answer)
        code, said = text_at(found, "code"), text_at(found, "message")
        if answer.is_success or answer.status_code == 409 or code == KNOWN:
            return
        staff = f"MTN answered {answer.status_code}: {code} {said}".strip()
        if answer.status_code in {401, 403}:
            raise Refused(staff, "not_configured")
        raise Refused(staff, reason_in(code, said))


def mtn_momo(settings: Settings) -> MtnMomo | None:
    taking = MomoKeys(
        settings.momo_collection_user,
        settings.momo_collection_key.get_secret_value().strip(),
        settings.momo_collection_subscription_key.get_secret_value().strip(),
    )
    giving = MomoKeys(
        settings.momo_disbursement_user,
        settings.momo_disbursement_key.get_secret_value().strip(),
        settings.momo_disbursement_subscription_key.get_secret_value().strip(),
    )
    if not taking.are_there:
        return None
    where, country = settings.momo_url, settings.momo_environment
    return MtnMomo(
        MomoLine(where, country, "collection", taking),
        MomoLine(where, country, "disbursement", giving) if giving.are_there else None,
        settings.momo_seal_key.get_secret_value().strip(),
    )


def _state(found: Mapping[str, object]) -> tuple[State, str]:
    """Return what became of it and why; `reason` is a word, or an object with a code."""
    status = text_at(found, "status").upper()
    if status not in STATES:
        raise Lost(f"MTN says '{status[:40]}', which says nothing to us")
    state = STATES[status]
    if state in {State.pending, State.approved}:
        return state, ""
    said = object_at(found, "reason")
    reason = reason_in(text_at(found, "reason"), text_at(said, "code"), text_at(said, "message"))
    ended = {"expired": State.expired, "cancelled": State.cancelled}
    return ended.get(reason, state), reason


def _amount(found: Mapping[str, object], currency: str, name: str = "amount") -> int:
    try:
        return minor_units(found.get(name), currency)
    except ValueError as error:
        raise Lost(f"MTN tells {name} in a way that cannot be read") from error
