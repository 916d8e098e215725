"""FedaPay's API as it answers: envelopes, pages of lists, and our own references found in them."""

from collections.abc import AsyncIterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx

from payments_service.providers.calls import body, call, line, list_at, object_at, text_at, told
from payments_service.providers.provider import Lost, Refused
from payments_service.rules.ids import made_at
from payments_service.rules.reasons import reason_in

LIVE, SANDBOX = "https://api.fedapay.com/v1", "https://sandbox-api.fedapay.com/v1"
PAGE = 100
PAGES = 10
EXPANDED = {"include": "currency"}
SKEW = timedelta(minutes=10)  # between its clock and ours

Found = dict[str, Any]


class FedaPayApi:
    def __init__(self, url: str, key: str) -> None:
        self.http = line(url, {"Authorization": f"Bearer {key}"})
        self.currencies: dict[str, str] = {}

    async def change(self, method: str, path: str, **given: Any) -> httpx.Response:  # noqa: ANN401
        return await call(self.http, method, path, **given)

    async def one(self, path: str, kind: str) -> Found | None:
        """Return a thing by its address; None when there is none. Raise Away or Lost."""
        answer = await call(self.http, "GET", path, params=EXPANDED)
        if answer.status_code == 404:
            return None
        return opened(_read(answer), kind)

    async def many(self, path: str, **query: str | int) -> Found:
        return _read(await call(self.http, "GET", path, params={**EXPANDED, **query}))

    async def by_reference(self, kind: str, ours: UUID) -> Found | None:
        """Return the `transaction` or `payout` that carries an id of ours.

        By its own address first. Where that says no, the newest are read too: whether every
        account has that address is not written anywhere.
        """
        reference = str(ours)
        answer = await call(self.http, "GET", f"/{kind}s/merchant/{reference}", params=EXPANDED)
        if answer.is_success:
            found = opened(told(answer), kind)
            if is_ours(found, reference):
                return found
        elif answer.status_code in {401, 403}:
            _read(answer)
        async for each in self._newest(kind, made_at(ours)):
            if is_ours(each, reference):
                return each
        return None

    async def currency(self, found: Mapping[str, Any]) -> str:
        """Return the code of a thing's currency; raise Lost when it does not tell."""
        told_iso = text_at(object_at(found, "currency"), "iso")
        if told_iso:
            return told_iso.upper()
        if not self.currencies:
            listed = await self.many("/currencies")
            rows = list_at(listed, "v1/currencies")
            self.currencies = {text_at(row, "id"): text_at(row, "iso").upper() for row in rows}
        known = self.currencies.get(text_at(found, "currency_id"), "")
        if not known:
            raise Lost("FedaPay does not say in which currency")
        return known

    async def _newest(self, kind: str, since: datetime | None) -> AsyncIterator[Found]:
        """Go through the newest; raise Lost when there are more than can be looked through."""
        for page in range(1, PAGES + 1):
            listed = await self.many(f"/{kind}s", page=page, per_page=PAGE)
            rows = list_at(listed, f"v1/{kind}s")
            for row in rows:
                yield row
            made = [text_at(row, "created_at") for row in rows]
            if len(rows) < PAGE or (since is not None and _is_before(made, since - SKEW)):
                return
        raise Lost(f"FedaPay has more {kind}s than can be looked through")


def opened(found: Found, kind: str) -> Found:
    """Take a thing out of its envelope; raise Lost when there is nothing in it."""
    inside = object_at(found, f"v1/{kind}") or found
    if not text_at(inside, "id"):
        raise Lost(f"FedaPay told of a {kind} without its id")
    return inside


def is_ours(found: Mapping[str, Any], reference: str) -> bool:
    return reference in {
        text_at(found, "merchant_reference"),
        text_at(object_at(found, "custom_metadata"), "reference"),
    }


def refused(answer: httpx.Response) -> Refused:
    """Return why it will not, as staff read it; `errors` names fields, no values."""
    found = body(answer)
    fields = ", ".join(sorted(object_at(found, "errors")))
    said = f"FedaPay answered {answer.status_code}: {text_at(found, 'message')} {fields}".strip()
    if answer.status_code in {401, 403}:
        return Refused(said, "not_configured")
    return Refused(said, reason_in(text_at(found, "message"), fields))


def _read(answer: httpx.Response) -> Found:
    """Return what a reading call says. One that is refused says nothing about the money."""
    if not answer.is_success:
        raise Lost(f"FedaPay answered {answer.status_code} to a question")
    return told(answer)


def _is_before(made: list[str], since: datetime) -> bool:
    """Say whether a page that goes back in time has come to what is older."""
    try:
        moments = [datetime.fromisoformat(each) for each in made]
        return bool(moments) and moments[0] >= moments[-1] and moments[-1] < since
    except (ValueError, TypeError):  # no moments, or in nobody's time zone: read on
        return False
