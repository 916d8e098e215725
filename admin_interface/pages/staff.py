"""Who is at the desk: whoever is signed in and runs the studio, and clients that speak for them."""

from typing import Annotated, Any, TypeVar
from urllib.parse import quote

from fastapi import Depends, Request, Response
from fastapi.responses import RedirectResponse

from admin_interface.rules import parts
from kit.auth import Caller
from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient
from kit.errors import Forbidden
from kit.site.session import Person

STAFF_ROLES = frozenset({"owner", "admin", "moderator", "agent"})  # an agent: the counter
Client = TypeVar("Client", bound=ServiceClient)


class NotStaff(Forbidden):
    """This account does not run the studio; ask an owner to invite you."""


class EnrolFirst(Forbidden):
    """Your role needs a second factor; add one first."""


class NotTheirPart(Forbidden):
    """Your role does not open this part of the dashboard."""


async def _staff(request: Request, person: Person) -> Caller:
    if person.roles & STAFF_ROLES:
        path = request.url.path
        if path != "/" and not parts.is_open(path, person):  # "/" leads on to where they may be
            raise NotTheirPart
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
    """Speak for whoever is signed in, with or without a role: their own account is theirs."""
    accounts: AccountsClient = request.app.state.clients[AccountsClient]
    return accounts.acting(person.token)


OwnAccount = Annotated[AccountsClient, Depends(_own_account)]


async def ask_to_sign_in(request: Request, error: Exception) -> Response:
    """Send a person to the door, and remember where they were going."""
    if "text/html" not in request.headers.get("accept", ""):
        return Response(status_code=401)
    going = "/"
    if request.method == "GET":
        query = request.url.query
        going = request.url.path + (f"?{query}" if query else "")
    return RedirectResponse(f"/sign-in?next={quote(going)}", 303)


async def ask_to_enrol(request: Request, error: Exception) -> Response:
    """Send staff without a second factor to where they add one."""
    return RedirectResponse("/security", 303)
