"""Meta's Graph API, as Instagram and Facebook pages share it: errors, limits, tokens, proofs."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

import httpx
import orjson

from publisher_service.providers.calls import body, call, line
from publisher_service.providers.network import (
    Away,
    Choice,
    Expired,
    Lost,
    Marks,
    Phase,
    Refused,
    Slow,
    Step,
    Unchosen,
)

SKEW = timedelta(minutes=1)  # between its clock and ours
PATIENCE = 900.0  # where it does not say when calls are welcome again
APP_USED_UP = 3600.0  # an application's calls are counted over an hour
# Its error codes: too many calls (of an application, a person, a page, a business use case)...
LIMITS = frozenset({4, 17, 32, 341, 613, *range(80_000, 80_015)})
# ...a session or right that is no more...
UNWELCOME = frozenset({10, 102, 190, *range(200, 300)})
# ...and troubles of its own.
PASSING = frozenset({-2, -1, 1, 2})
STARTS_ANEW = 2


class Rejected(Refused):
    """What the Graph API refused, with its numbers."""

    def __init__(self, said: str, code: int, subcode: int, details: Mapping[str, Any]) -> None:
        super().__init__(said)
        self.code, self.subcode, self.details = code, subcode, details


class Graph:
    """One of its hosts. `app_id`, `app_secret`: of the application, where the settings name one."""

    def __init__(self, url: str, app_id: str = "", app_secret: str = "") -> None:
        self.http = line(url)
        self.app_id, self.app_secret = app_id, app_secret

    async def ask(self, token: str, method: str, path: str, **given: Any) -> dict[str, Any]:  # noqa: ANN401  (JSON)
        """Return its answer. Raise Slow, Away, Lost, Expired or Rejected."""
        headers = {"Authorization": f"Bearer {token}"}
        if self.app_secret:
            given["params"] = {**given.get("params", {}), "appsecret_proof": self._proof(token)}
        return told(await call(self.http, method, path, headers=headers, **given))

    async def lengthened(self, token: str) -> dict[str, Any]:
        """Return a token of 60 days for one of an hour, or for one of 60 days that still counts."""
        query = {
            "grant_type": "fb_exchange_token",
            "client_id": self.app_id,
            "client_secret": self.app_secret,
            "fb_exchange_token": token,
        }
        return told(await call(self.http, "GET", "/oauth/access_token", params=query))

    async def pages(self, token: str, fields: str) -> list[Mapping[str, Any]]:
        """Return the pages a person manages; or the one page, when the token is a page's."""
        query = {"fields": fields, "limit": "100"}
        try:
            found = await self.ask(token, "GET", "/me/accounts", params=query)
        except Rejected as rejected:
            if rejected.code != 100:  # a page has no accounts
                raise
            return [await self.ask(token, "GET", "/me", params={"fields": fields})]
        listed: list[Mapping[str, Any]] = found.get("data", [])
        return listed

    @property
    def lengthens(self) -> bool:
        return bool(self.app_id and self.app_secret)

    async def close(self) -> None:
        await self.http.aclose()

    def _proof(self, token: str) -> str:
        """Return what shows that a token is used by its own application."""
        return hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def told(answer: httpx.Response) -> dict[str, Any]:
    found = body(answer)
    if answer.is_success and "error" not in found:
        return found
    raise _trouble(answer, found)


def only(choices: list[Choice], nothing: str) -> str:
    """Return the only choice there is; raise Unchosen or Refused."""
    if not choices:
        raise Refused(nothing)
    if len(choices) > 1:
        raise Unchosen(choices)
    return choices[0].value


def anew(marks: Marks, said: str) -> Step:
    """Begin again with nothing, unless that was done too often."""
    again = int(marks.get("again", 0)) + 1
    if again > STARTS_ANEW:
        raise Refused(said)
    return Step(Phase.preparing, {"again": again})


def same_words(one: object, other: str) -> bool:
    return str(one or "").split() == other.split()


def regained(headers: Mapping[str, str]) -> float:
    """Return after how many seconds calls are welcome again, by what the usage headers say."""
    minutes = [
        each.get("estimated_time_to_regain_access", 0)
        for uses in _parsed(headers, "x-business-use-case-usage").values()
        for each in (uses if isinstance(uses, list) else [])
        if isinstance(each, dict)
    ]
    longest = max((float(each) for each in minutes if isinstance(each, int | float)), default=0.0)
    if longest > 0:
        return 60 * longest
    used = _numbers(_parsed(headers, "x-app-usage").values())
    return APP_USED_UP if max(used, default=0.0) >= 100 else PATIENCE


def _trouble(answer: httpx.Response, found: Mapping[str, Any]) -> Exception:
    error = found.get("error")
    known: Mapping[str, Any] = error if isinstance(error, dict) else {}
    code, subcode = _number(known, "code"), _number(known, "error_subcode")
    said = known.get("error_user_msg") or known.get("message")
    said = str(said or f"{answer.request.url.host} answered {answer.status_code}")
    if code in LIMITS and subcode != 2207051:  # that one is about what was posted
        return Slow(regained(answer.headers), said)
    if code in UNWELCOME or (not known and answer.status_code == 401):
        return Expired(said)
    if known.get("is_transient") is True or code in PASSING:
        return Away(said) if answer.request.method == "GET" else Lost(said)
    return Rejected(said, code, subcode, known)


def _parsed(headers: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        found = orjson.loads(headers.get(name, "{}"))
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _numbers(values: Iterable[object]) -> list[float]:
    return [float(each) for each in values if isinstance(each, int | float)]


def _number(error: Mapping[str, Any], name: str) -> int:
    found = error.get(name)
    return found if isinstance(found, int) else 0
