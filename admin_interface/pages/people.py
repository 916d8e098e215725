"""People: found by name or address, their roles, their sessions, what they were told."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked, many
from admin_interface.pages.desk import back, next_page, show
from admin_interface.pages.refusals import refused
from admin_interface.pages.staff import acting
from kit.auth import Role
from kit.contracts.accounts import Account, AccountChange, AccountsClient, SetupLinkNew
from kit.contracts.accounts.identity import UserSession
from kit.contracts.accounts.studios import Acting, ActingNew, MyStudio, SuspensionNew
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
ROLES = tuple(role.value for role in Role if role is not Role.viewer)


class PeopleView(Schema):
    accounts: list[Account]
    next: str
    q: str


class PersonView(Schema):
    """`link`: something made for this person by hand, shown once; `link_is` says what."""

    person: Account
    studios: list[MyStudio]
    actings: list[Acting]
    sessions: list[UserSession]
    roles: tuple[str, ...] = ROLES
    is_me: bool
    link: str = ""
    link_is: str = ""


@router.get("/people")
async def people(
    request: Request, accounts: Accounts, q: str = "", cursor: str | None = None
) -> Response:
    page = await accounts.accounts(q.strip(), cursor)
    view = PeopleView(accounts=page.items, next=next_page(request, page.next_cursor), q=q)
    return show(request, "pages/people.html", view)


@router.get("/people/{account_id}")
async def person(request: Request, account_id: UUID, accounts: Accounts) -> Response:
    return show(request, "pages/person.html", await _person(request, account_id, accounts))


@router.post("/people/{account_id}/roles")
async def change_roles(request: Request, account_id: UUID, accounts: Accounts) -> Response:
    here = f"/people/{account_id}"
    typed = many((await request.form()).multi_items(), "roles")
    try:
        change = checked(AccountChange, {"roles": typed["roles"]})
        await accounts.change_account(account_id, change)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("Les rôles sont enregistrés."))


@router.post("/people/{account_id}/suspension")
async def suspend(request: Request, account_id: UUID, accounts: Accounts) -> Response:
    here = f"/people/{account_id}"
    typed = dict(await request.form())
    try:
        if typed.get("deed") == "lift":
            await accounts.lift_suspension(account_id)
            return back(request, here, mark("Le compte est rétabli."))
        wish = checked(SuspensionNew, {"why": typed.get("why", "")})
        await accounts.suspend(account_id, wish.why)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("Le compte est suspendu, et ses sessions sont fermées."))


@router.post("/people/{account_id}/sessions")
async def end_sessions(request: Request, account_id: UUID, accounts: Accounts) -> Response:
    """Sign somebody out: of one session, or everywhere."""
    here = f"/people/{account_id}"
    chosen = str((await request.form()).get("session", ""))
    try:
        await accounts.end_sessions_of(account_id, checked(UUID, chosen) if chosen else None)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("La session est fermée.") if chosen
                else mark("Toutes ses sessions sont fermées."))  # fmt: skip


@router.post("/people/{account_id}/acting")
async def act_as(request: Request, account_id: UUID, accounts: Accounts) -> Response:
    """Make the link that opens the portal as this person; the page shows it once."""
    here = f"/people/{account_id}"
    typed = dict(await request.form())
    try:
        wish = checked(ActingNew, {name: typed.get(name) for name in ("why", "minutes")})
        begun = await accounts.act_as(account_id, wish)
    except AppError as error:
        return refused(request, here, error)
    view = await _person(request, account_id, accounts)
    made = {"link": begun.link, "link_is": "acting"}
    return show(request, "pages/person.html", view.model_copy(update=made))


@router.post("/people/{account_id}/password-link")
async def password_link(request: Request, account_id: UUID, accounts: Accounts) -> Response:
    """Make a link to choose a new password, to be handed over; for owners alone."""
    here = f"/people/{account_id}"
    view = await _person(request, account_id, accounts)
    try:
        link = await accounts.make_setup_link(SetupLinkNew(email=view.person.email))
    except AppError as error:
        return refused(request, here, error)
    made = {
        "link": request.app.state.settings.dashboard_public_url + link.path,
        "link_is": "password",
    }
    return show(request, "pages/person.html", view.model_copy(update=made))


async def _person(request: Request, account_id: UUID, accounts: AccountsClient) -> PersonView:
    is_me = str(account_id) == request.state.person.id  # one's own are under /security
    return PersonView(
        person=await accounts.account(account_id),
        sessions=[] if is_me else (await accounts.sessions_of(account_id)).items,
        studios=list((await accounts.studios_of(account_id)).items),
        actings=(await accounts.actings(account_id)).items,
        is_me=is_me,
    )
