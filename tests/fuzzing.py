"""Every operation of an app's own OpenAPI document, called with what schemathesis makes up.

async def test_nothing_upsets_it(app):
assert await upsets(app, headers={"Authorization": …}, each=20) == []
"""

import itertools
import warnings
from typing import Any

import httpx
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.wiring import http

# Streams never end, and the tests of `kit` fuzz what every app has.
LEFT_OUT = ("/stream", "/health", "/ready", "/metrics")


async def upsets(
    app: FastAPI, headers: dict[str, str] | None = None, each: int = 20, *also: dict[str, str]
) -> list[str]:
    """Return the calls that were answered with 5xx, or not as the document promises.

    Each is made with these headers, and with those of `also`.
    """
    document = app.openapi()
    schema = schemathesis.openapi.from_dict(document)
    found: list[str] = []
    async with http(app) as client:
        for result in schema.get_all_operations():
            operation: Any = result.ok()  # type: ignore[union-attr]  # else there is nothing to test
            if operation.path.endswith(LEFT_OUT):
                continue
            for case, sent in itertools.product(cases(operation, each), (headers or {}, *also)):
                answer = await _call(client, case, sent)
                if answer is not None and answer.status_code >= 500:
                    found.append(f"{answer.request.method} {answer.request.url}: {answer.text}")
    return found


def cases(operation: Any, count: int) -> list[Any]:
    """Collect cases; they are sent later, since hypothesis cannot wait for a loop."""
    cases: list[Any] = []

    @seed(1)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy())
    def collect(case: Any) -> None:
        cases.append(case)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # schemathesis' own
        collect()
    return cases


async def _call(
    client: httpx.AsyncClient, case: Any, headers: dict[str, str]
) -> httpx.Response | None:
    made = case.as_transport_kwargs(base_url="http://service")
    kept = {key: made[key] for key in ("params", "json", "data", "cookies") if made.get(key)}
    if isinstance(kept.get("data"), bytes | str):  # a body that is no form
        kept["content"] = kept.pop("data")
    sent = {**dict(made.get("headers") or {}), **headers}
    try:
        request = client.build_request(made["method"], made["url"], headers=sent, **kept)
    except (UnicodeError, httpx.InvalidURL, TypeError, ValueError):
        return None  # what no client can send
    return await client.send(request)
