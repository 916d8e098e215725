"""`/health` (I run), `/ready` (what I need answers), `/metrics` (how it goes)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from fastapi import APIRouter, FastAPI, Request, Response

from kit.client import ServiceClient
from kit.errors import AppError
from kit.schema import Schema

Check = Callable[[], Awaitable[object]]
SECONDS = 2.0
router = APIRouter(include_in_schema=True, tags=["health"])


class Health(Schema):
    status: str
    service: str


class Dependency(Schema):
    """One thing a service needs; without a required one it is not ready."""

    ok: bool
    required: bool
    latency_ms: float
    detail: str = ""


class Readiness(Schema):
    status: str
    service: str
    checks: dict[str, Dependency]


@dataclass(frozen=True)
class Watched:
    check: Check
    required: bool = True


@router.get("/health", summary="I run")
async def health(request: Request) -> Health:
    return Health(status="ok", service=request.app.title)


@router.get("/ready", summary="What I need answers", response_model=Readiness)
async def ready(request: Request) -> Response:
    found = await readiness(request.app)
    body = found.model_dump_json().encode()
    return Response(body, 200 if found.status == "ok" else 503, media_type="application/json")


@router.get("/metrics", summary="Numbers for Prometheus", response_class=Response)
async def metrics(request: Request) -> Response:
    text: bytes = request.app.state.metrics.text()
    for more in request.app.state.more_metrics:
        text += await more()
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


async def readiness(app: FastAPI) -> Readiness:
    watched: Mapping[str, Watched] = app.state.watched
    results = await asyncio.gather(*(_look(one) for one in watched.values()))
    checks = dict(zip(watched, results, strict=True))
    good = all(one.ok for one in results if one.required)
    return Readiness(status="ok" if good else "down", service=app.title, checks=checks)


def sibling(client: ServiceClient) -> Watched:
    """Watch another service: worth knowing, but not a reason to stop serving."""
    return Watched(client.ping, required=False)


async def _look(watched: Watched) -> Dependency:
    started = time.perf_counter()
    detail = ""
    try:
        async with asyncio.timeout(SECONDS):
            await watched.check()
    except TimeoutError:
        detail = f"no answer within {SECONDS:g} s"
    except AppError as error:
        detail = error.detail
    except Exception as error:  # noqa: BLE001  (a check may fail in any way; that is its answer)
        detail = f"{type(error).__name__}: {error}"[:300]
    return Dependency(
        ok=not detail,
        required=watched.required,
        latency_ms=round((time.perf_counter() - started) * 1000, 2),
        detail=detail,
    )
