"""CinetPay, API v1: mobile money of West Africa, on the phone or on its own page.

Its webhooks are not signed. They show a token that it gave us when the payment was made, and say
nothing else: whoever handles one compares the token (`is_proven`) and then asks. An answer about a
payment says no amount either; it is the one that was asked for, which nobody can change there.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from typing_extensions import override

from payments_service.providers.calls import object_at, text_at
from payments_service.providers.cinetpay_answers import (
    STATES,
    Answer,
    code_of,
    given_of,
    held,
    is_missing,
    is_there_already,
    refused_or_lost,
    seen_of,
)
from payments_service.providers.cinetpay_line import CinetPayLine
from payments_service.providers.cinetpay_numbers import number_for, uuid_of
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
    Unsigned,
)
from payments_service.rules.operators import reached_by, way
from payments_service.settings import Settings

CURRENCIES = frozenset({"XOF"})
LEAST, MOST = 100, 2_500_000
LONGEST_URL = 120
MINUTE = 60


def cinetpay(settings: Settings) -> "CinetPay | None":
    accounts = settings.cinetpay_accounts.get_secret_value().strip()
    if not accounts:
        return None
    line = CinetPayLine(settings.cinetpay_url, accounts)
    return CinetPay(line, f"{settings.public_url.rstrip('/')}/webhooks/cinetpay")


class CinetPay(Provider):
    """`webhook_url`: where it tells of payouts."""

    name = "cinetpay"

    def __init__(self, line: CinetPayLine, webhook_url: str) -> None:
        self.line, self.webhook_url = line, webhook_url
        self.is_test = line.is_test

    @override
    def methods(self) -> tuple[Method, ...]:
        return tuple(
            Method(
                each.name,
                each.country,
                needs_phone=each.ways[self.name].is_pushed,
                currencies=frozenset({each.currency}),
            )
            for each in reached_by(self.name)
            if each.country in self.line.accounts
        )

    @override
    async def available(self) -> frozenset[str]:
        """Return what works in the countries whose account answers."""
        working, trouble = set(), Away("CinetPay has no account")
        for country in self.line.accounts:
            try:
                held(await self._read(country, "/v1/balances"))
                working.add(country)
            except (Away, Lost) as error:
                trouble = Away(str(error))
        if not working:
            raise trouble
        return frozenset(each.name for each in self.methods() if each.country in working)

    @override
    async def start(self, charge: Charge) -> Started:
        asked = self._payment(charge)
        answer = await self.line.ask(charge.country, "POST", "/v1/payment", json=asked)
        if is_there_already(answer):
            return await self._started_before(charge)
        if not (token := text_at(answer, "notify_token")):
            raise refused_or_lost(answer)
        details = object_at(answer, "details")
        is_on_phone = "direct_pay" in asked and not details.get("must_be_redirected")
        return Started(
            text_at(answer, "transaction_id"),
            "" if is_on_phone else text_at(answer, "payment_url"),
            secrets={"notify_token": token, "country": charge.country},
        )

    @override
    async def find(self, known: Known) -> Seen | None:
        """Ask by our own number, which it knows even where its answer was lost."""
        path = f"/v1/payment/{number_for(known.attempt_id)}"
        where = known.secrets.get("country") or known.country
        for country in (where,) if where in self.line.accounts else tuple(self.line.accounts):
            answer = await self._read(country, path)
            if not is_missing(answer):
                return seen_of(answer, known)
        return None

    @override
    def verify(self, headers: Mapping[str, str], body: bytes, at: datetime) -> Hook:
        """Return what it is about, and the token it shows: only the attempt can tell it is right.

        All webhooks of a payment are the same bytes, so the key has the minute in it: what comes
        later is news, what comes twice at once is not.
        """
        if not self.line.accounts:
            raise Unsigned("no webhook of CinetPay's is expected")
        try:
            told = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Unsigned("this is no JSON") from error
        found = told if isinstance(told, dict) else {}
        token = text_at(found, "notify_token")
        attempt_id = uuid_of(text_at(found, "merchant_transaction_id"))
        if not token or attempt_id is None:
            raise Unsigned("this shows no token, or is about nothing of ours")
        key = f"{sha256(body).hexdigest()}:{int(at.timestamp()) // MINUTE}"
        return Hook(key, "payment", attempt_id=attempt_id, shows={"notify_token": token})

    @override
    def may_refund(self, phone: str) -> bool:
        return bool(phone)

    @override
    async def refund(self, giving: Giving) -> Given:
        """Pay the payer out: CinetPay has no refunds."""
        if not giving.phone:
            raise Refused("CinetPay refunds by a payout, which needs the payer's number")
        return await self.pay_out(giving)

    @override
    async def pay_out(self, giving: Giving) -> Given:
        country, method = _where(giving)
        reached = way(self.name, country, method)
        if reached is None:
            raise Refused(f"CinetPay reaches no {method} in {country}", "not_configured")
        number = number_for(giving.id)
        asked = {
            "currency": giving.currency,
            "merchant_transaction_id": number,
            "phone_number": giving.phone,
            "amount": giving.amount,
            "payment_method": reached.code,
            "reason": (giving.reason or number)[:255],
            "notify_url": self.webhook_url,
        }
        answer = await self.line.ask(country, "POST", "/v1/transfer", json=asked)
        if is_there_already(answer):
            if (found := await self.find_given(giving, "")) is None:
                raise Lost("CinetPay knows this payout, and does not find it")
            return found
        if code_of(answer) not in STATES:
            raise refused_or_lost(answer)
        return given_of(answer)

    @override
    async def find_given(self, giving: Giving, provider_ref: str) -> Given | None:
        country, _ = _where(giving)
        path = f"/v1/transfer/{provider_ref or number_for(giving.id)}"
        answer = await self._read(country, path)
        return None if is_missing(answer) else given_of(answer)

    @override
    async def balances(self) -> Mapping[str, int]:
        """Return what it holds, in whole minor units: it keeps fractions of francs."""
        found: dict[str, int] = {}
        for country in self.line.accounts:
            currency, amount = held(await self._read(country, "/v1/balances"))
            found[currency] = found.get(currency, 0) + amount
        return found

    @override
    async def close(self) -> None:
        await self.line.close()

    async def _read(self, country: str, path: str) -> Answer:
        """Ask something; a refusal of the question says nothing of the payment."""
        try:
            return await self.line.ask(country, "GET", path)
        except Refused as error:
            raise Away(str(error)) from error

    async def _started_before(self, charge: Charge) -> Started:
        """Go on with a payment whose making was answered to nobody. Its page is lost; where the
        payer is asked on the phone, there is none to lose.
        """
        answer = await self._read(charge.country, f"/v1/payment/{number_for(charge.attempt_id)}")
        reached = way(self.name, charge.country, charge.method)
        if reached is None or not reached.is_pushed or is_missing(answer):
            raise Refused("CinetPay made this payment before, and its page is lost", "expired")
        secrets = {"country": charge.country}
        return Started(text_at(answer, "transaction_id"), secrets=secrets)

    def _payment(self, charge: Charge) -> dict[str, Any]:
        reached = way(self.name, charge.country, charge.method)
        if reached is None:
            raise Refused(f"CinetPay reaches no {charge.method} in {charge.country}", "refused")
        if charge.currency not in CURRENCIES:
            raise Refused(f"CinetPay is not asked for {charge.currency}", "currency")
        if not LEAST <= charge.amount <= MOST:
            raise Refused("CinetPay takes from 100 to 2500000", "limit_reached")
        urls = (charge.return_url, charge.cancel_url, charge.webhook_url)
        if any(len(url) > LONGEST_URL for url in urls):
            raise Refused("CinetPay takes addresses of 120 signs", "not_configured")
        first, last = _names(charge.name)
        asked = {
            "currency": charge.currency,
            "merchant_transaction_id": number_for(charge.attempt_id),
            "amount": charge.amount,
            "lang": "fr" if charge.locale == "fr" else "en",
            "designation": charge.description[:255],
            "client_email": charge.email or f"client@{urlsplit(charge.return_url).hostname}",
            "client_first_name": first,
            "client_last_name": last,
            "success_url": charge.return_url,
            "failed_url": charge.cancel_url,
            "notify_url": charge.webhook_url,
            "channel": "PUSH",
            "payment_method": reached.code,
        }
        if charge.phone:
            asked["client_phone_number"] = charge.phone
        if charge.phone and reached.is_pushed:
            asked["direct_pay"] = True
        return asked


def _names(name: str) -> tuple[str, str]:
    """Return two names of two signs at least, as CinetPay wants them."""
    first, _, last = name.strip().partition(" ")
    wanted = [part if len(part) > 1 else "Client" for part in (first, last)]
    return wanted[0][:255], wanted[1][:255]


def _where(giving: Giving) -> tuple[str, str]:
    """Return the country and the operator that money goes to."""
    charge = giving.charge
    country = giving.country or (charge.secrets.get("country") or charge.country if charge else "")
    return country, giving.method or (charge.method if charge else "")
