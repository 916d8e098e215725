"""Who is at the desk: two cookies, renewed quietly, and clients that speak for that person."""

from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.auth import Caller, KeyRing
from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient, SignedIn
from kit.errors import AppError, Forbidden, Unauthenticated

ACCESS, REFRESH = "admin_access", "admin_refresh"
REFRESH_SECONDS = 30 * 24 * 3600
STAFF_ROLES = frozenset({"owner", "admin", "moderator"})
Client = TypeVar("Client", bound=ServiceClient)


class SignInFirst(Unauthenticated):
    """Sign in first."""


class NotStaff(Forbidden):
    """This account does not run the studio; ask an owner to invite you."""


class EnrolFirst(Forbidden):
    """Your role needs a second factor; add one first."""


async def _person(request: Request) -> Caller:
    """Return whoever is signed in, with or without a role: their own account is theirs."""
    keys: KeyRing = request.app.state.keys
    caller = await _known(keys, request.cookies.get(ACCESS, "")) or await renewed(request)
    if caller is None:
        raise SignInFirst
    request.state.staff = caller
    return caller


Person = Annotated[Caller, Depends(_person)]


async def _staff(request: Request, person: Person) -> Caller:
    if person.roles & STAFF_ROLES:
        return person
    accounts: AccountsClient = request.app.state.clients[AccountsClient]
    if (await accounts.acting(person.token).factors()).must_enrol:
        raise EnrolFirst
    raise NotStaff


Staff = Annotated[Caller, Depends(_staff)]


def acting(kind: type[Client]) -> Any:  # noqa: ANN401  (FastAPI's Depends)
    """Return the dependency that hands out a client speaking for whoever is at the desk."""

    async def client(request: Request, staff: Staff) -> Client:
        found: Client = request.app.state.clients[kind]
        return found.acting(staff.token)

    return Depends(client)


async def _own_account(request: Request, person: Person) -> AccountsClient:
    accounts: AccountsClient = request.app.state.clients[AccountsClient]
    return accounts.acting(person.token)


OwnAccount = Annotated[AccountsClient, Depends(_own_account)]


async def _known(keys: KeyRing, token: str) -> Caller | None:
    if not token:
        return None
    try:
        return await keys.caller(token)
    except Unauthenticated:
        return None


async def renewed(request: Request) -> Caller | None:
    """Trade the refresh token for a new pair; the answer carries the new cookies."""
    keys: KeyRing = request.app.state.keys
    token = request.cookies.get(REFRESH, "")
    if not token:
        return None
    accounts: AccountsClient = request.app.state.clients[AccountsClient]
    try:
        fresh = await accounts.refresh(token, address=address(request))
    except AppError:
        return None
    request.state.fresh_session = fresh
    return await keys.caller(fresh.access_token)


def address(request: Request) -> str:
    return request.client.host if request.client else ""


def keep(response: Response, signed_in: SignedIn, *, secure: bool) -> None:
    """Give the browser its two cookies."""
    pairs = (
        (ACCESS, signed_in.access_token, signed_in.expires_in),
        (REFRESH, signed_in.refresh_token, REFRESH_SECONDS),
    )
    for name, value, seconds in pairs:
        response.set_cookie(
            name, value, max_age=seconds, httponly=True, samesite="lax", secure=secure
        )


def forget(response: Response) -> None:
    for name in (ACCESS, REFRESH):
        response.delete_cookie(name)


async def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """Send a person to the door, and remember where they were going."""
    if "text/html" not in request.headers.get("accept", ""):
        return Response(status_code=401)
    going = request.url.path if request.method == "GET" else "/"
    return RedirectResponse(f"/sign-in?next={quote(going)}", 303)


async def ask_to_enrol(request: Request, error: Exception) -> Response:
    """Send staff without a second factor to where they add one."""
    return RedirectResponse("/security", 303)


class KeepSession:
    """Adds the cookies of a session that was renewed while the page was made. Pure ASGI."""

    def __init__(self, app: ASGIApp, *, secure: bool) -> None:
        self.app = app
        self.secure = secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})

        async def with_cookies(message: Message) -> None:
            fresh = state.pop("fresh_session", None)
            if message["type"] == "http.response.start" and fresh is not None:
                carrier = Response()
                keep(carrier, fresh, secure=self.secure)
                headers = MutableHeaders(scope=message)
                for name, value in carrier.raw_headers:
                    if name == b"set-cookie":
                        headers.append("set-cookie", value.decode())
            await send(message)

        await self.app(scope, receive, with_cookies)
