"""Who a request comes from, as handlers ask for it: `CallerDep`, `needs`.

Nearly every request asks, and to FastAPI each dependency costs a request 10 to 15 us, one that is a
security scheme 5 us more. So it is one plain dependency that reads a header, a `Router` gives it to
its handlers without FastAPI's way to it, and the OpenAPI document is told by `documented`.
"""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial, wraps
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

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


class CallerRoute(APIRoute):
    """A route that gives its handler the `CallerDep` it asks for after all else it asks for.

    So an input that is wrong is told before a token that is.
    """

    def __init__(self, path: str, endpoint: Handler, **settings: Any) -> None:  # noqa: ANN401
        super().__init__(path, _given_caller(endpoint), **settings)


Router = partial(APIRouter, route_class=CallerRoute)


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


def _given_caller(handler: Handler) -> Callable[..., Any]:
    """Return the handler as one that asks for the request, and finds the caller from it."""
    asked = inspect.signature(handler, eval_str=True)
    place, itself = _parameter(asked, CallerDep), _parameter(asked, Request)
    if not place or not inspect.iscoroutinefunction(handler):
        return handler

    @wraps(handler)
    async def given(**values: Any) -> Any:  # noqa: ANN401
        # FastAPI gives the request to one parameter only: theirs, if they have one.
        request = values[itself] if itself else values.pop("_request")
        values[place] = await caller_of(request)
        return await handler(**values)

    said = [one.replace(kind=one.KEYWORD_ONLY) for one in asked.parameters.values()]
    said = [one for one in said if one.name != place]
    if not itself:
        said.append(
            inspect.Parameter("_request", inspect.Parameter.KEYWORD_ONLY, annotation=Request)
        )
    vars(given)["__signature__"] = asked.replace(parameters=said)
    _asking.add(given)
    return given


def _parameter(asked: inspect.Signature, kind: Any) -> str:  # noqa: ANN401
    return next((name for name, one in asked.parameters.items() if one.annotation == kind), "")


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
    return request.method in {"GET", "HEAD"} or _handler(request) in _while_acting


def _handler(request: Request) -> Any:  # noqa: ANN401
    endpoint = request.scope.get("endpoint")
    return getattr(endpoint, "__wrapped__", endpoint)


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
