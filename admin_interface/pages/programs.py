"""API clients of integrators: made, given scopes, their secrets renewed, their calls counted."""

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import ClientForm, Mistyped, checked, filled, many
from admin_interface.pages.desk import back, next_page, show, words
from admin_interface.pages.refusals import refused
from admin_interface.pages.staff import acting
from kit.auth import ALL_PERMISSIONS
from kit.clock import now
from kit.contracts.accounts import AccountsClient, Client, ClientNew, ClientWithSecret
from kit.contracts.accounts.clients import (
    ClientChange,
    ClientDay,
    ClientDetails,
    ClientSecretMade,
    ClientSecretNew,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
SCOPES = tuple(sorted(ALL_PERMISSIONS))
DAYS = 30


class ClientsView(Schema):
    clients: list[Client]
    scopes: tuple[str, ...] = SCOPES
    next: str = ""
    made: ClientWithSecret | None = None
    errors: dict[str, str] = {}


class Bar(Schema):
    """One day of a chart; `height` is 0 to 100."""

    day: date
    calls: int
    height: int


class ClientView(Schema):
    client: ClientDetails
    bars: list[Bar]
    total: int
    by_service: dict[str, int]
    scopes: tuple[str, ...] = SCOPES
    made: ClientSecretMade | None = None


@router.get("/clients")
async def clients(request: Request, accounts: Accounts, cursor: str | None = None) -> Response:
    return show(request, "pages/clients.html", await _clients(request, accounts, cursor))


@router.post("/clients")
async def create_client(request: Request, accounts: Accounts) -> Response:
    """Make a client; its secret is in this one answer and nowhere else."""
    form, errors = filled(ClientForm, many((await request.form()).multi_items(), "scopes"))
    if form is None:
        return await _again(request, accounts, errors)
    try:
        new = checked(ClientNew, {"name": form.name, "scopes": form.scopes})
        made = await accounts.create_client(new)
    except Mistyped as error:
        return await _again(request, accounts, error.fields)
    except AppError as error:
        return refused(request, "/clients", error)
    view = (await _clients(request, accounts)).model_copy(update={"made": made})
    return show(request, "pages/clients.html", view)


@router.get("/clients/{client_id}")
async def client_page(request: Request, client_id: UUID, accounts: Accounts) -> Response:
    return show(request, "pages/client.html", await _client(accounts, client_id))


@router.post("/clients/{client_id}")
async def change_client(request: Request, client_id: UUID, accounts: Accounts) -> Response:
    typed = many((await request.form()).multi_items(), "scopes")
    here = f"/clients/{client_id}"
    try:
        change = checked(ClientChange, {name: typed.get(name) for name in ("name", "scopes")})
        await accounts.change_client(client_id, change)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("Le client est enregistré."))


@router.post("/clients/{client_id}/secrets")
async def rotate(request: Request, client_id: UUID, accounts: Accounts) -> Response:
    """Make the next secret, which only this answer shows; or end one that still works."""
    typed = dict(await request.form())
    here = f"/clients/{client_id}"
    try:
        if typed.get("ended"):
            await accounts.end_secret(client_id, checked(UUID, typed["ended"]))
            return back(request, here, mark("Ce secret ne sert plus."))
        wish = checked(ClientSecretNew, {"overlap_hours": _whole(typed.get("overlap_hours"))})
        made = await accounts.rotate_secret(client_id, wish)
    except AppError as error:
        return refused(request, here, error)
    view = (await _client(accounts, client_id)).model_copy(update={"made": made})
    return show(request, "pages/client.html", view)


@router.post("/clients/{client_id}/revocation")
async def revoke_client(request: Request, client_id: UUID, accounts: Accounts) -> Response:
    try:
        await accounts.revoke_client(client_id)
    except AppError as error:
        return refused(request, "/clients", error)
    return back(request, "/clients", mark("Ce client ne peut plus se connecter."))


async def _again(request: Request, accounts: AccountsClient, errors: dict[str, str]) -> Response:
    say = words(request)
    said = {field: say(text) for field, text in errors.items()}
    view = (await _clients(request, accounts)).model_copy(update={"errors": said})
    return show(request, "pages/clients.html", view, 422)


async def _clients(
    request: Request, accounts: AccountsClient, cursor: str | None = None
) -> ClientsView:
    page = await accounts.clients(cursor)
    return ClientsView(clients=page.items, next=next_page(request, page.next_cursor))


async def _client(accounts: AccountsClient, client_id: UUID) -> ClientView:
    usage = await accounts.usage(client_id, DAYS)
    by_service: dict[str, int] = {}
    for each in usage.days:
        by_service[each.service] = by_service.get(each.service, 0) + each.calls
    return ClientView(
        client=await accounts.client(client_id),
        bars=bars(usage.days, now().date()),
        total=usage.total,
        by_service=dict(sorted(by_service.items(), key=lambda pair: -pair[1])),
    )


def bars(days: tuple[ClientDay, ...], today: date) -> list[Bar]:
    """Return the last days, those without calls too; the tallest is 100 high."""
    calls: dict[date, int] = {}
    for each in days:
        calls[each.day] = calls.get(each.day, 0) + each.calls
    last = [today - timedelta(days=back) for back in reversed(range(DAYS))]
    most = max((calls.get(day, 0) for day in last), default=0) or 1
    return [
        Bar(day=day, calls=calls.get(day, 0), height=round(calls.get(day, 0) * 100 / most))
        for day in last
    ]


def _whole(typed: Any) -> Any:  # noqa: ANN401  (form values)
    """Read a form's number as the strict integer that the contract takes."""
    return int(typed) if isinstance(typed, str) and typed.strip().isdecimal() else typed
