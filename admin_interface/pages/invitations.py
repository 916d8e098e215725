"""Invitations: a role or a place in a studio, by a link that expires."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import Mistyped, checked
from admin_interface.pages.desk import back, next_page, show, words
from admin_interface.pages.people import ROLES
from admin_interface.pages.refusals import refused
from admin_interface.pages.staff import acting
from kit.auth import StudioRole
from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.studios import (
    Invitation,
    InvitationMade,
    InvitationNew,
    InvitationState,
    Studio,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Accounts = Annotated[AccountsClient, acting(AccountsClient)]
STATES = tuple(state.value for state in InvitationState)
FIELDS = ("email", "role", "studio_id", "studio_role", "locale")


class InvitationsView(Schema):
    invitations: list[Invitation]
    state: str
    next: str
    studios: list[Studio]
    values: dict[str, str]
    roles: tuple[str, ...] = ROLES
    studio_roles: tuple[str, ...] = tuple(role.value for role in StudioRole)
    made: InvitationMade | None = None
    errors: dict[str, str] = {}


@router.get("/people/invitations")
async def invitations(
    request: Request, accounts: Accounts, state: str = "pending", cursor: str | None = None
) -> Response:
    view = await _view(request, accounts, state, cursor)
    return show(request, "pages/invitations.html", view)


@router.post("/people/invitations")
async def invite(request: Request, accounts: Accounts) -> Response:
    """Invite by mail, or make a link to be handed over, which this one answer shows."""
    typed: dict[str, Any] = dict(await request.form())
    here = "/people/invitations"
    try:
        made = await accounts.invite(wish(typed))
    except Mistyped as error:
        say = words(request)
        errors = {field: say(text) for field, text in error.fields.items()}
        values = {name: str(typed.get(name, "")) for name in FIELDS}
        view = await _view(request, accounts)
        view = view.model_copy(update={"errors": errors, "values": values})
        return show(request, "pages/invitations.html", view, 422)
    except AppError as error:
        return refused(request, here, error)
    if made.link is None:
        return back(request, here, mark("L’invitation part à %(email)s."), email=made.email)
    view = (await _view(request, accounts)).model_copy(update={"made": made})
    return show(request, "pages/invitations.html", view)


@router.post("/people/invitations/{invitation_id}/withdrawal")
async def withdraw(request: Request, invitation_id: UUID, accounts: Accounts) -> Response:
    here = str((await request.form()).get("back", "")) or "/people/invitations"
    here = here if here.startswith("/studios/") else "/people/invitations"
    try:
        await accounts.withdraw_invitation(invitation_id)
    except AppError as error:
        return refused(request, here, error)
    return back(request, here, mark("L’invitation est retirée : son lien n’ouvre plus rien."))


def wish(typed: dict[str, Any]) -> InvitationNew:
    """Return the invitation that was typed, or raise Mistyped."""
    given = {name: typed[name] for name in FIELDS if typed.get(name)}
    return checked(InvitationNew, given | {"by_hand": bool(typed.get("by_hand"))})


async def _view(
    request: Request, accounts: AccountsClient, state: str = "pending", cursor: str | None = None
) -> InvitationsView:
    state = state if state in STATES else "pending"
    page = await accounts.invitations(state=InvitationState(state), cursor=cursor)
    return InvitationsView(
        invitations=page.items,
        state=state,
        next=next_page(request, page.next_cursor),
        studios=(await accounts.studios(limit=200)).items,
        values=dict.fromkeys(FIELDS, ""),
    )
