"""Studios: several people with their roles in one organisation."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import Mistyped, checked
from admin_interface.pages.desk import back, next_page, show, words
from admin_interface.pages.invitations import wish
from admin_interface.pages.refusals import refused, saying
from admin_interface.pages.staff import acting
from kit.auth import StudioRole
from kit.contracts.accounts import Account, AccountNotFound, AccountsClient
from kit.contracts.accounts.studios import (
    Invitation,
    InvitationMade,
    Member,
    MemberChange,
    Studio,
    StudioChange,
    StudioNew,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
ROLES = tuple(role.value for role in StudioRole)


class StudiosView(Schema):
    studios: list[Studio]
    next: str
    q: str
    values: dict[str, str] = {"name": "", "about": "", "producer": ""}
    errors: dict[str, str] = {}


class StudioView(Schema):
    studio: Studio
    members: list[Member]
    next: str
    invitations: list[Invitation]
    roles: tuple[str, ...] = ROLES
    made: InvitationMade | None = None


@router.get("/studios")
async def studios(
    request: Request, accounts: Accounts, q: str = "", cursor: str | None = None
) -> Response:
    return show(request, "pages/studios.html", await _studios(request, accounts, q, cursor))


@router.post("/studios")
async def open_studio(request: Request, accounts: Accounts) -> Response:
    typed: dict[str, Any] = dict(await request.form())
    try:
        producer = str(typed.get("producer", "")).strip()
        terms = {"name": typed.get("name", ""), "about": typed.get("about", "")}
        new = checked(StudioNew, terms)
        if producer:
            found = await _known(accounts, producer)
            new = new.model_copy(update={"producer_id": found.id})
        studio = await accounts.open_studio(new)
    except AppError as error:
        view = await _studios(request, accounts)
        update = {"errors": _said(request, error), "values": {**view.values, **_texts(typed)}}
        return show(request, "pages/studios.html", view.model_copy(update=update), 422)
    return back(request, f"/studios/{studio.id}", mark("Le studio est ouvert."))


@router.get("/studios/{studio_id}")
async def studio_page(
    request: Request, studio_id: UUID, accounts: Accounts, cursor: str | None = None
) -> Response:
    view = await _studio(request, accounts, studio_id, cursor)
    return show(request, "pages/studio.html", view)


@router.post("/studios/{studio_id}")
async def change_studio(request: Request, studio_id: UUID, accounts: Accounts) -> Response:
    typed = dict(await request.form())
    here = f"/studios/{studio_id}"
    try:
        if typed.get("deed") == "close":
            return await _close(request, accounts, studio_id, str(typed.get("title", "")))
        change = checked(StudioChange, {name: typed.get(name, "") for name in ("name", "about")})
        await accounts.change_studio(studio_id, change)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("Le studio est enregistré."))


@router.post("/studios/{studio_id}/members/{account_id}")
async def change_member(
    request: Request, studio_id: UUID, account_id: UUID, accounts: Accounts
) -> Response:
    typed = dict(await request.form())
    here = f"/studios/{studio_id}"
    try:
        if typed.get("deed") == "remove":
            await accounts.remove_member(studio_id, account_id)
            return back(request, here, mark("Cette personne n’est plus membre du studio."))
        change = checked(MemberChange, {"role": typed.get("role", "")})
        await accounts.set_member(studio_id, account_id, change.role)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("Le rôle est enregistré."))


@router.post("/studios/{studio_id}/invitations")
async def invite(request: Request, studio_id: UUID, accounts: Accounts) -> Response:
    typed: dict[str, Any] = dict(await request.form())
    here = f"/studios/{studio_id}"
    try:
        given = {name: typed.get(name, "") for name in ("email", "studio_role", "by_hand")}
        made = await accounts.invite(wish(given | {"studio_id": str(studio_id)}))
    except AppError as error:
        return refused(request, here, error)
    if made.link is None:
        return back(request, here, mark("L’invitation part à %(email)s."), email=made.email)
    view = (await _studio(request, accounts, studio_id)).model_copy(update={"made": made})
    return show(request, "pages/studio.html", view)


async def _close(
    request: Request, accounts: AccountsClient, studio_id: UUID, typed: str
) -> Response:
    """Close it, once its name was typed."""
    studio = await accounts.studio(studio_id)
    if typed.strip() != studio.name:
        text = mark("Tapez le nom exact du studio pour le fermer.")
        return back(request, f"/studios/{studio_id}", text, "warning")
    await accounts.close_studio(studio_id)
    return back(request, "/studios", mark("Le studio est fermé."))


async def _known(accounts: AccountsClient, email: str) -> Account:
    found = (await accounts.accounts(email, limit=20)).items
    same = [each for each in found if each.email == email.lower()]
    if not same:
        raise AccountNotFound
    return same[0]


async def _studios(
    request: Request, accounts: AccountsClient, q: str = "", cursor: str | None = None
) -> StudiosView:
    page = await accounts.studios(q.strip(), cursor)
    return StudiosView(studios=page.items, next=next_page(request, page.next_cursor), q=q)


async def _studio(
    request: Request, accounts: AccountsClient, studio_id: UUID, cursor: str | None = None
) -> StudioView:
    page = await accounts.members(studio_id, cursor)
    return StudioView(
        studio=await accounts.studio(studio_id),
        members=page.items,
        next=next_page(request, page.next_cursor),
        invitations=(await accounts.invitations(studio_id=studio_id)).items,
    )


def _said(request: Request, error: AppError) -> dict[str, str]:
    say = words(request)
    if isinstance(error, Mistyped):
        return {field: say(text) for field, text in error.fields.items()}
    field = "producer" if isinstance(error, AccountNotFound) else "name"
    return {field: saying(request, error)}


def _texts(typed: dict[str, Any]) -> dict[str, str]:
    return {name: str(typed.get(name, "")) for name in ("name", "about", "producer")}
