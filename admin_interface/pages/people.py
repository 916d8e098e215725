"""Who runs the studio: accounts and their roles, API clients, and the log of every deed."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import ClientForm, checked, filled, many
from admin_interface.pages.desk import back, show, words
from admin_interface.pages.staff import acting
from kit.auth import ALL_PERMISSIONS
from kit.contracts.accounts import (
    Account,
    AccountChange,
    AccountsClient,
    AccountState,
    AuditEntry,
    AuditQuery,
    Client,
    ClientNew,
    ClientWithSecret,
    Role,
    SetupLinkNew,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]

SAYINGS = {
    "Mistyped": mark("Une des valeurs n’est pas acceptée ; corrigez-la, puis recommencez."),
    "LastOwner": mark("C’est le dernier propriétaire : nommez-en d’abord un autre."),
    "OwnersOnly": mark("Seul un propriétaire peut faire cela."),
    "Forbidden": mark("Votre rôle ne permet pas cela."),
    "EmailTaken": mark("Un compte existe déjà avec cette adresse."),
    "UnknownScope": mark("Une de ces portées n’existe pas."),
    "Invalid": mark("Cette adresse n’est pas acceptée."),
}
OTHERWISE = mark("Le service des comptes a refusé : %(why)s")


class AuditView(Schema):
    entries: list[AuditEntry]
    next: str
    actor: str
    action: str
    target: str
    service: str
    since: str


class PeopleView(Schema):
    accounts: list[Account]
    next: str
    q: str
    me: str
    invitation: str = ""
    invited: str = ""


class ClientsView(Schema):
    clients: list[Client]
    scopes: list[str]
    next: str = ""
    made: ClientWithSecret | None = None
    errors: dict[str, str] = {}


@router.get("/audit")
async def audit(
    request: Request,
    accounts: Accounts,
    actor: str = "",
    action: str = "",
    target: str = "",
    service: str = "",
    since: str = "",
    cursor: str | None = None,
) -> Response:
    filters = checked(
        AuditQuery,
        {
            "actor_id": actor or None,
            "action": action or None,
            "target": target or None,
            "service": service or None,
            "since": _day(since),
        },
    )
    page = await accounts.audit(filters, cursor=cursor)
    view = AuditView(
        entries=page.items, next=_next(request, page.next_cursor),
        actor=actor, action=action, target=target, service=service, since=since,
    )  # fmt: skip
    return show(request, "pages/audit.html", view)


@router.get("/people")
async def people(
    request: Request, accounts: Accounts, q: str = "", cursor: str | None = None
) -> Response:
    return show(request, "pages/people.html", await _people(request, accounts, q, cursor))


async def _people(
    request: Request, accounts: AccountsClient, q: str = "", cursor: str | None = None
) -> PeopleView:
    page = await accounts.accounts(q.strip(), cursor)
    return PeopleView(
        accounts=page.items,
        next=_next(request, page.next_cursor),
        q=q,
        me=request.state.staff.id,
    )


@router.post("/people")
async def invite(request: Request, accounts: Accounts) -> Response:
    """Make a link that lets someone become admin; it is shown once, to be sent by hand."""
    email = str((await request.form()).get("email", "")).strip()
    try:
        link = await accounts.make_setup_link(checked(SetupLinkNew, {"email": email}))
    except (AppError, ValueError) as error:
        return back(request, "/people", saying(request, error), "danger")
    address = request.app.state.settings.dashboard_public_url + link.path
    view = (await _people(request, accounts)).model_copy(
        update={"invitation": address, "invited": email}
    )
    return show(request, "pages/people.html", view)


@router.post("/people/{account_id}")
async def change_account(request: Request, account_id: UUID, accounts: Accounts) -> Response:
    data = await request.form()
    role, state = str(data.get("role", "")), str(data.get("state", ""))
    try:
        change = AccountChange.model_validate(
            ({"roles": (Role(role),) if role != "none" else ()} if role else {})
            | ({"state": AccountState(state)} if state else {})
        )
        await accounts.change_account(account_id, change)
    except (AppError, ValueError) as error:
        return back(request, "/people", saying(request, error), "danger")
    return back(request, "/people", mark("Le compte est enregistré."))


@router.get("/clients")
async def clients(request: Request, accounts: Accounts, cursor: str | None = None) -> Response:
    return show(request, "pages/clients.html", await _clients(request, accounts, cursor))


async def _clients(
    request: Request, accounts: AccountsClient, cursor: str | None = None
) -> ClientsView:
    page = await accounts.clients(cursor)
    return ClientsView(
        clients=page.items,
        scopes=sorted(ALL_PERMISSIONS),
        next=_next(request, page.next_cursor),
    )


@router.post("/clients")
async def create_client(request: Request, accounts: Accounts) -> Response:
    """Make a client; its secret is in this one answer and nowhere else."""
    form, errors = filled(ClientForm, many((await request.form()).multi_items(), "scopes"))
    if form is None:
        say = words(request)
        view = (await _clients(request, accounts)).model_copy(
            update={"errors": {field: say(text) for field, text in errors.items()}}
        )
        return show(request, "pages/clients.html", view, 422)
    try:
        made = await accounts.create_client(
            checked(ClientNew, {"name": form.name, "scopes": form.scopes})
        )
    except AppError as error:
        return back(request, "/clients", saying(request, error), "danger")
    view = (await _clients(request, accounts)).model_copy(update={"made": made})
    return show(request, "pages/clients.html", view)


@router.post("/clients/{client_id}/revocation")
async def revoke_client(request: Request, client_id: UUID, accounts: Accounts) -> Response:
    try:
        await accounts.revoke_client(client_id)
    except AppError as error:
        return back(request, "/clients", saying(request, error), "danger")
    return back(request, "/clients", mark("Ce client ne peut plus se connecter."))


def saying(request: Request, error: Exception) -> str:
    say = words(request)
    if not isinstance(error, AppError):
        return say(SAYINGS["Invalid"])
    found = SAYINGS.get(type(error).__name__)
    return say(found) if found else say(OTHERWISE, why=error.detail)


def _day(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{text}T00:00:00+00:00") if text else None
    except ValueError:
        return None


def _next(request: Request, cursor: str | None) -> str:
    return str(request.url.include_query_params(cursor=cursor)) if cursor else ""
