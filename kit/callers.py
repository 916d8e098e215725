"""Who a request comes from, as handlers ask for it: `CallerDep`, `needs`.

Nearly every request asks, so it is one plain dependency that reads a header: to FastAPI each
further one costs a request 15 us, and one that is a security scheme 5 us more. Hence the OpenAPI
document is told by `documented` instead.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from fastapi import Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from kit.auth import ANONYMOUS, ActingReadOnly, Caller, KeyRing, calling_service, may
from kit.errors import Forbidden, Unauthenticated
from kit.settings import ServiceSettings
from kit.usage import Usage

Handler = TypeVar("Handler", bound=Callable[..., Any])
SCHEME = "HTTPBearer"
CALLER = "karangou.caller"  # in the scope: found once, however many dependencies ask
_asking: set[Callable[..., Any]] = set()
_while_acting: set[Callable[..., Any]] = set()


def while_acting(handler: Handler) -> Handler:
    """Let an admin who acts as a viewer call this too, although it is no GET."""
    _while_acting.add(handler)
    return handler


async def caller_of(request: Request) -> Caller:
    """Return who is calling: what CallerDep gives, for routes that are not FastAPI's."""
    scope = request.scope
    known: Caller | None = scope.get(CALLER)
    if known is not None:
        return known
    state = scope["app"].state
    scheme, _, token = _header(scope).partition(b" ")
    if scheme == b"Bearer" or scheme.lower() == b"bearer":
        found = await _person(request, state.keys, token)
        if found.kind == "client":
            usage: Usage = state.usage
            usage.note(found)
    elif scheme == b"Suite":
        found = await _service(request, state.settings, token.decode("latin-1"))
    else:
        found = ANONYMOUS
    scope[CALLER] = found
    return found


CallerDep = Annotated[Caller, Depends(caller_of)]
_asking.add(caller_of)


def needs(permission: str) -> Any:  # noqa: ANN401  (FastAPI's Depends)
    """Return the dependency that lets pass only callers with this permission."""

    async def allowed(request: Request) -> Caller:
        caller = await caller_of(request)
        if caller.kind == "anonymous":
            raise Unauthenticated
        if not may(caller, permission):
            raise Forbidden(permission=permission)
        return caller

    _asking.add(allowed)
    return Depends(allowed)


def documented(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """Return what makes the app's OpenAPI document, with which operations read an access token."""
    plain = app.openapi

    def openapi() -> dict[str, Any]:
        is_made = app.openapi_schema is not None
        document = plain()
        if not is_made:
            _add_security(app, document)
        return document

    return openapi


def _header(scope: Any) -> bytes:  # noqa: ANN401  (ASGI's)
    for name, value in scope["headers"]:
        if name == b"authorization":
            found: bytes = value
            return found
    return b""


async def _person(request: Request, keys: KeyRing, token: bytes) -> Caller:
    found = keys.seen(token) or await keys.caller(token.decode("latin-1"))
    if found.actor and not _may_while_acting(request):
        raise ActingReadOnly
    return found


async def _service(request: Request, settings: ServiceSettings, token: str) -> Caller:
    service = calling_service(settings.suite_secret.get_secret_value(), token, settings.SERVICE)
    if behalf := request.headers.get("on-behalf-of"):
        keys: KeyRing = request.scope["app"].state.keys
        return replace(await _person(request, keys, behalf.encode("latin-1")), via=service.id)
    return service


def _may_while_acting(request: Request) -> bool:
    return request.method in {"GET", "HEAD"} or request.scope.get("endpoint") in _while_acting


def _add_security(app: FastAPI, document: dict[str, Any]) -> None:
    scheme = {
        "type": "http",
        "scheme": "bearer",
        "description": "An access token from accounts_service.",
    }
    for path, methods, dependant in _operations(app):
        if not _asks(dependant):
            continue
        document["components"].setdefault("securitySchemes", {})[SCHEME] = scheme
        for method in methods:
            if operation := document["paths"].get(path, {}).get(method.lower()):
                operation.setdefault("security", []).append({SCHEME: []})


def _operations(app: FastAPI) -> Iterator[tuple[str, set[str], Dependant]]:
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        if isinstance(dependant, Dependant) and context.path_format and context.methods:
            yield context.path_format, set(context.methods), dependant


def _asks(dependant: Dependant) -> bool:
    return dependant.call in _asking or any(_asks(one) for one in dependant.dependencies)
