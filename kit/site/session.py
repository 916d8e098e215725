"""Who is signed in at a front-end: two cookies, renewed quietly, and clients that speak for one."""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.auth import Caller, KeyRing
from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient, SignedIn
from kit.errors import AppError, Unauthenticated
from kit.problems import problem

REFRESH_SECONDS = 30 * 24 * 3600
Client = TypeVar("Client", bound=ServiceClient)


class NotSignedIn(Unauthenticated):
    """Sign in first."""


@dataclass(frozen=True)
class SessionCookies:
    """The names of a front-end's two cookies; cookies do not separate ports, so names do."""

    access: str
    refresh: str
    is_secure: bool

    def keep(self, response: Response, signed_in: SignedIn) -> None:
        self.keep_access(response, signed_in.access_token, signed_in.expires_in)
        self._set(response, self.refresh, signed_in.refresh_token, REFRESH_SECONDS)

    def keep_access(self, response: Response, token: str, seconds: int) -> None:
        self._set(response, self.access, token, seconds)

    def forget(self, response: Response) -> None:
        for name in (self.access, self.refresh):
            response.delete_cookie(name)

    def _set(self, response: Response, name: str, value: str, seconds: int) -> None:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="lax", secure=self.is_secure
        )


async def _maybe_person(request: Request) -> Caller | None:
    """Return who is signed in; the answer to `request` carries a renewed session's cookies."""
    state = request.scope.setdefault("state", {})
    if "person" not in state:
        state["person"] = await _known(request) or await renewed(request)
    found: Caller | None = state["person"]
    return found


async def _person(request: Request) -> Caller:
    found = await _maybe_person(request)
    if found is None:
        raise NotSignedIn
    return found


MaybePerson = Annotated[Caller | None, Depends(_maybe_person)]
Person = Annotated[Caller, Depends(_person)]


def acting(kind: type[Client]) -> Any:  # noqa: ANN401  (FastAPI's Depends)
    """Return the dependency that hands out a client speaking for whoever is signed in."""

    async def client(request: Request, person: Person) -> Client:
        found: Client = request.app.state.clients[kind]
        return found.acting(person.token)

    return Depends(client)


def address(request: Request) -> str:
    return request.client.host if request.client else ""


def device(request: Request) -> str:
    return request.headers.get("user-agent", "")


async def _known(request: Request) -> Caller | None:
    cookies: SessionCookies = request.app.state.session
    keys: KeyRing = request.app.state.keys
    token = request.cookies.get(cookies.access, "")
    if not token:
        return None
    try:
        return await keys.caller(token)
    except AppError:
        return None


async def renewed(request: Request) -> Caller | None:
    """Trade the refresh token for a new pair; a session that is over is forgotten."""
    cookies: SessionCookies = request.app.state.session
    token = request.cookies.get(cookies.refresh, "")[:400]
    if not token:
        return None
    accounts: AccountsClient = request.app.state.clients[AccountsClient]
    keys: KeyRing = request.app.state.keys
    try:
        fresh = await accounts.refresh(token, address=address(request))
    except Unauthenticated:
        request.state.session_is_over = True
        return None
    except AppError:
        return None
    request.state.fresh_session = fresh
    try:
        return await keys.caller(fresh.access_token)
    except AppError:  # its key is newer than those we know; in a moment we do
        return None


async def once_more(request: Request, error: Exception) -> Response:
    """Ask for the page again without the access token that a service refused just now.

    We thought it good: its key was withdrawn, or its person's sessions were ended. The refresh
    token says whether there is still a session; a token that was renewed a moment ago is believed.
    """
    cookies: SessionCookies = request.app.state.session
    is_stale = cookies.access in request.cookies and not hasattr(request.state, "fresh_session")
    if request.method != "GET" or not is_stale:
        return problem(error if isinstance(error, AppError) else Unauthenticated())
    path = "/" + request.url.path.lstrip("/\\")  # never another host
    query = request.url.query
    answer = RedirectResponse(f"{path}?{query}" if query else path, 303)
    answer.delete_cookie(cookies.access)
    answer.headers["Cache-Control"] = "no-store"
    return answer


class KeepSession:
    """Adds the cookies of a session that was renewed, or ended, meanwhile. Pure ASGI."""

    def __init__(self, app: ASGIApp, cookies: SessionCookies) -> None:
        self.app = app
        self.cookies = cookies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def with_cookies(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(state, MutableHeaders(scope=message))
            await send(message)

        await self.app(scope, receive, with_cookies)

    def _add(self, state: dict[str, Any], headers: MutableHeaders) -> None:
        """Leave alone what the page itself set: signing in, signing out, somebody else watching."""
        said = tuple(each.partition("=")[0] for each in headers.getlist("set-cookie"))
        if self.cookies.refresh in said:
            return
        carrier = Response()
        if fresh := state.pop("fresh_session", None):
            self.cookies.keep(carrier, fresh)
        elif state.pop("session_is_over", False):
            self.cookies.forget(carrier)
        for value in carrier.headers.getlist("set-cookie"):
            if value.partition("=")[0] not in said:
                headers.append("set-cookie", value)
