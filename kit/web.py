"""How every service becomes an application, and the dependencies its handlers take."""

import asyncio
import gc
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from kit import health, jobs, problems
from kit.auth import KeyRing
from kit.callers import CallerDep as CallerDep
from kit.callers import CallerRoute, documented
from kit.callers import Router as Router
from kit.callers import caller_of as caller_of
from kit.callers import needs as needs
from kit.callers import while_acting as while_acting
from kit.client import ServiceClient, open_http
from kit.db import Database, ReadOnlySession, open_database
from kit.errors import Unavailable
from kit.limits import Limiter
from kit.metrics import Metrics
from kit.middleware import HEADERS, Edge
from kit.settings import ServiceSettings
from kit.usage import Usage, telling

Client = TypeVar("Client", bound=ServiceClient)
Setup = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_app(
    settings: ServiceSettings,
    *routers: APIRouter,
    clients: tuple[ServiceClient, ...] = (),
    tasks: jobs.Tasks | None = None,
    checks: Mapping[str, health.Check] | None = None,
    setup: Setup | None = None,
    headers: Mapping[str, str] = HEADERS,
    body_limits: Mapping[str, int | None] | None = None,
) -> FastAPI:
    """Return the app of one service; `setup` runs around its life, once the pool is open."""
    app = FastAPI(
        title=settings.SERVICE,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(settings, tasks, setup),
        responses=problems.RESPONSES,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # ours are in kit.metrics
        generate_unique_id_function=lambda route: (
            f"{route.endpoint.__module__.rpartition('.')[2]}_{route.name}_"
            f"{min(route.methods or {'GET'}).lower()}"
        ),
    )
    app.router.route_class = CallerRoute
    _fill_state(app, settings, clients, checks or {})
    problems.install(app)
    secure = dict(headers)
    if settings.environment == "production":
        secure["strict-transport-security"] = "max-age=31536000"
    app.add_middleware(Edge, metrics=app.state.metrics, headers=secure, body_limits=body_limits)
    for router in (health.router, *routers):
        app.include_router(router)
        _skip_quickly(app.router.routes[-1], router)
    vars(app)["openapi"] = documented(app)
    return app


def _skip_quickly(included: BaseRoute, router: APIRouter) -> None:
    """Let a request pass by a router that knows nothing under its first path segment.

    Otherwise each request tries every route of every router before its own.
    """
    paths = [getattr(route, "path", "/{unknown}") for route in router.routes]
    known = {path.split("/", 2)[1] for path in paths}
    if any(not first or "{" in first for first in known):  # it may know anything
        return
    tried = included.matches

    def matches(scope: Scope) -> tuple[Match, Scope]:
        if scope.get("root_path") or scope["path"].split("/", 2)[1] in known:
            return tried(scope)
        return Match.NONE, {}

    vars(included)["matches"] = matches


def _fill_state(
    app: FastAPI,
    settings: ServiceSettings,
    clients: tuple[ServiceClient, ...],
    checks: Mapping[str, health.Check],
) -> None:
    state = app.state
    state.settings = settings
    state.stopping = asyncio.Event()  # set when the service is asked to end: streams end then
    state.database = _database(settings)
    state.clients = {type(client): client for client in clients}
    state.limiter = Limiter(settings.valkey_url, settings.SERVICE, enabled=settings.rate_limits)
    state.metrics = Metrics(settings.SERVICE, state.database)
    state.more_metrics = []
    state.usage = Usage(settings.SERVICE)
    state.keys = KeyRing(_published_keys(settings.accounts_url))
    state.watched = {name: health.Watched(check) for name, check in checks.items()}
    if state.database is not None:
        state.watched["postgresql"] = health.Watched(state.database.ping)
    for client in clients:
        state.watched[client.SERVICE] = health.sibling(client)


def _database(settings: ServiceSettings) -> Database | None:
    scheme = settings.database_url.partition("://")[0]
    if not scheme.startswith("postgres"):
        return None
    return open_database(settings.database_url, settings.pool_size, settings.SERVICE)


def _lifespan(
    settings: ServiceSettings, tasks: jobs.Tasks | None, setup: Setup | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            if app.state.database is not None:
                stack.push_async_callback(app.state.database.close)
            stack.push_async_callback(app.state.limiter.close)
            stack.push_async_callback(_close_clients, app)
            await stack.enter_async_context(telling(app.state.usage, settings))
            if setup is not None:
                await stack.enter_async_context(setup(app))
            if tasks is not None and app.state.database is not None:
                await stack.enter_async_context(jobs.working(app, settings, tasks))
            if settings.environment != "test":
                gc.freeze()  # what a start leaves is there for good: a tenth of a hello
            yield

    return lifespan


async def _close_clients(app: FastAPI) -> None:
    """Close all clients, those that kit.events opened later as well."""
    for client in app.state.clients.values():
        await client.close()


def _published_keys(accounts_url: str) -> Callable[[], Any]:
    async def fetch() -> dict[str, Any]:
        client = ServiceClient(open_http(accounts_url))
        try:
            response = await client.send("GET", "/.well-known/jwks.json")
        finally:
            await client.close()
        found: dict[str, Any] = response.json()
        return found

    return fetch


async def _session(request: Request) -> AsyncIterator[AsyncSession]:
    async with database(request).sessions.begin() as session:
        yield session


async def _read_session(request: Request) -> AsyncIterator[ReadOnlySession]:
    async with database(request).reads() as session:
        yield ReadOnlySession(session)


def database(request: Request) -> Database:
    found: Database | None = request.app.state.database
    if found is None:
        raise Unavailable("This service has no database; set its DATABASE_URL.")
    return found


def using(kind: type[Client]) -> Any:  # noqa: ANN401  (FastAPI's Depends)
    """Return the dependency that hands out the app's client of that kind."""

    def client(request: Request) -> Client:
        found: Client = request.app.state.clients[kind]
        return found

    async def asynchronous(request: Request) -> Client:  # a sync one would cost a thread
        return client(request)

    return Depends(asynchronous)


async def _viewer_address(request: Request, caller: CallerDep) -> str:
    """Return the address a request comes from; services may say whom they speak for."""
    if caller.kind == "service" or caller.via:
        return request.headers.get("x-viewer-address", "") or caller.id
    return request.client.host if request.client else ""


ViewerAddress = Annotated[str, Depends(_viewer_address)]


def limited(rule: str, scope: str = "") -> Any:  # noqa: ANN401  (FastAPI's Depends)
    """Return the dependency that lets an address pass so often, for example "10/minute"."""

    async def limit(request: Request, address: ViewerAddress) -> None:
        limiter: Limiter = request.app.state.limiter
        await limiter.hit(rule, scope or request.scope["route"].path, address)

    return Depends(limit)


def raw_json(body: bytes, status: int = 200) -> Response:
    """Return an answer that is encoded already."""
    return Response(body, status, media_type="application/json")


def etagged(
    request: Request, body: bytes, *, media_type: str = "application/json", max_age: int = 0
) -> Response:
    """Return `body` with its ETag, or 304 when the caller has it already."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {
        "ETag": tag,
        "Cache-Control": f"public, max-age={max_age}",
        "Vary": "Accept-Language",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, headers=headers, media_type=media_type)


# "function": the commit comes before the answer, so a failed commit is never a 200.
Session = Annotated[AsyncSession, Depends(_session, scope="function")]
ReadSession = Annotated[ReadOnlySession, Depends(_read_session, scope="function")]
