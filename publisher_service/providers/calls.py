"""Calls to networks: whatever happens on the line, told as one of the facts of `network`."""

import email.utils
import ssl
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

import httpx

from kit import clock
from publisher_service.providers.network import Away, Lost, Slow

TIMEOUT = httpx.Timeout(60, connect=5, pool=5)
PATIENCE = 60.0  # where a network does not say how long to wait
NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def line(url: str = "") -> httpx.AsyncClient:
    """Return a client on httpx's own transport: it tells apart what was sent from what was not."""
    return httpx.AsyncClient(
        base_url=url, timeout=TIMEOUT, trust_env=False, follow_redirects=False, verify=trusted()
    )


@cache
def trusted() -> ssl.SSLContext:
    """Return whom TLS trusts: read once, since that takes a tenth of a second."""
    return httpx.create_ssl_context(trust_env=False)


async def call(
    http: httpx.AsyncClient,
    method: str,
    url: str,
    **given: Any,  # noqa: ANN401  (httpx's own)
) -> httpx.Response:
    """Return the answer, whatever its status below 500. Raise Away, Slow or Lost."""
    try:
        answer = await http.request(method, url, **given)
    except NOT_SENT as error:
        raise Away(f"{_host(http, url)} could not be reached") from error
    except httpx.TransportError as error:
        raise Lost(f"{_host(http, url)} did not answer: {type(error).__name__}") from error
    if answer.status_code == 429:
        raise Slow(_patience(answer), "too many calls")
    if answer.status_code >= 500:
        raise Lost(f"{_host(http, url)} answered {answer.status_code}")
    return answer


def body(answer: httpx.Response) -> dict[str, Any]:
    """Return the JSON object of an answer; an empty one for what is none."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def retry_after(headers: Mapping[str, str]) -> float:
    """Return how long to wait: `Retry-After` in seconds or as a date, or X's own header."""
    given = headers.get("retry-after", "")
    if given.isascii() and given.isdigit():
        return float(given)
    if given:
        try:
            return (email.utils.parsedate_to_datetime(given) - clock.now()).total_seconds()
        except (TypeError, ValueError):
            return PATIENCE
    reset = headers.get("x-rate-limit-reset", "")
    return float(reset) - time.time() if reset.isascii() and reset.isdigit() else PATIENCE


def _patience(answer: httpx.Response) -> float:
    """Telegram says it in the body, the others in a header."""
    parameters = body(answer).get("parameters")
    told = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return float(told) if isinstance(told, int) else retry_after(answer.headers)


def _host(http: httpx.AsyncClient, url: str) -> str:
    return httpx.URL(url).host or http.base_url.host
