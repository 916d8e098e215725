"""Calls to those who move money: whatever happens on the line, told as Away or Lost.

The difference decides about money: after `Away` nothing was sent and the call may be made again;
after `Lost` it may have been done, and only asking tells. What is not certain is `Lost`.
"""

import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote

import httpx

from payments_service.providers.provider import Away, Lost

# A payment page may take long to make; who waits for the answer sees a page meanwhile.
TIMEOUT = httpx.Timeout(30, connect=5, pool=5)
NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
)
LARGEST = 2 * 1024**2  # of an answer
AGENT = "Karangou"  # MTN turns away what looks like a script


def line(
    url: str, headers: Mapping[str, str] | None = None, *, timeout: httpx.Timeout = TIMEOUT
) -> httpx.AsyncClient:
    """Return a client on httpx's own transport: it tells apart what was sent from what was not."""
    return httpx.AsyncClient(
        base_url=url.rstrip("/"),
        headers={"User-Agent": AGENT, "Accept": "application/json", **(headers or {})},
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        verify=trusted(),
    )


@cache
def trusted() -> ssl.SSLContext:
    """Return whom TLS trusts: read once, since that takes a tenth of a second."""
    return httpx.create_ssl_context(trust_env=False)


async def call(
    http: httpx.AsyncClient,
    method: str,
    path: str,
    **given: Any,  # noqa: ANN401  (httpx's own)
) -> httpx.Response:
    """Return an answer of status 2xx or 4xx. Raise Away or Lost; neither names a secret."""
    where = f"{method} {http.base_url.host}{path.partition('?')[0]}"
    try:
        answer = await http.request(method, path, **given)
    except NOT_SENT as error:
        raise Away(f"{where}: could not be reached") from error
    except httpx.RequestError as error:
        raise Lost(f"{where}: no answer ({type(error).__name__})") from error
    if answer.status_code == 429:
        raise Away(f"{where}: too many calls")
    if not (answer.is_success or answer.is_client_error) or answer.status_code == 408:
        raise Lost(f"{where}: answered {answer.status_code}")
    return answer


def told(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer that has to have one; raise Lost for any other."""
    found = body(answer)
    if not found:
        raise Lost(f"{answer.request.url.host} answered {answer.status_code} with no JSON object")
    return found


def body(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer; an empty one for what is none."""
    if len(answer.content) > LARGEST:
        return {}
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def segment(text: str) -> str:
    """Write somebody else's reference as one part of a path, whatever is in it."""
    return quote(text, safe="")


def text_at(found: Mapping[str, Any], *names: str) -> str:
    """Return the first text or number of these names, as text; empty without one."""
    for name in names:
        value = found.get(name)
        if isinstance(value, str | int) and not isinstance(value, bool) and value != "":
            return str(value)[:500]
    return ""


def object_at(found: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Return the object of this name; an empty one for what is none."""
    value = found.get(name)
    return value if isinstance(value, dict) else {}


def list_at(found: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the objects in the list of this name."""
    value = found.get(name)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
