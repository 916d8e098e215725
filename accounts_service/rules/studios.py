"""Who may invite whom, run which studio, act as whom, merge what. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from accounts_service.models.people import Account
from accounts_service.models.studios import Invitation
from accounts_service.rules.roles import check_grant
from kit.auth import Caller, Role, StudioPermission, StudioRole, may, may_in_studio, permissions_of
from kit.contracts.accounts import AccountState, OwnersOnly
from kit.contracts.accounts.studios import (
    CannotMerge,
    EmailUnverified,
    InvitationNew,
    InvitationState,
    LastProducer,
    NotAViewer,
    StudioNotFound,
    StudioRoleMissing,
)
from kit.errors import Forbidden

IN_TOKEN = 8  # a token with more studios would not fit a cookie


def check_invitation(caller: Caller, new: InvitationNew, role_there: str | None) -> None:
    """Staff invite to anything they may do themselves; producers to their own studio alone."""
    if (new.studio_id is None) != (new.studio_role is None):
        raise StudioRoleMissing
    if may(caller, "people:write"):
        check_grant(caller, (new.role,))
        return
    if new.studio_id is None or new.role != Role.viewer or new.by_hand:
        raise Forbidden(permission="people:write")
    check_in_studio(caller, role_there, "members:write")


def check_in_studio(caller: Caller, role: str | None, permission: StudioPermission) -> None:
    """Let members do what their role there allows, and staff in any; strangers see nothing."""
    is_read = permission.endswith(":read")
    if may(caller, "studios:write") or (is_read and may(caller, "studios:read")):
        return
    if role is None:
        raise StudioNotFound
    if not may_in_studio(role, permission):
        raise Forbidden(permission=permission)


def check_producer_left(was: StudioRole, becomes: StudioRole | None, other_producers: int) -> None:
    """Keep somebody who runs the studio."""
    is_loss = was == StudioRole.producer and becomes != StudioRole.producer
    if is_loss and other_producers == 0:
        raise LastProducer


def state(invitation: Invitation, at: Any) -> InvitationState:  # noqa: ANN401
    if invitation.accepted_by is not None:
        return InvitationState.accepted
    if invitation.ended_at is not None:
        return InvitationState.withdrawn
    return InvitationState.expired if invitation.expires_at <= at else InvitationState.pending


def with_role(roles: Iterable[str], role: str) -> list[str]:
    """Return the roles with one more; a viewer is somebody without any."""
    return sorted({*roles, role} - {Role.viewer})


def claims(roles: Mapping[UUID, StudioRole]) -> dict[str, Any]:
    """Return what an access token says of studios: all, or None for "ask", or nothing at all."""
    if not roles:
        return {}
    found = {str(studio_id): role for studio_id, role in roles.items()}
    return {"studios": found if len(found) <= IN_TOKEN else None}


def check_acting(account: Account) -> None:
    """Only somebody who may nothing can be acted as: no permission is ever borrowed."""
    if account.state != AccountState.active or permissions_of(account.roles):
        raise NotAViewer


def check_merge(caller: Caller, kept: Account, gone: Account, *, was_merged: bool) -> None:
    """Let only owners merge accounts that hold permissions."""
    if kept.id == gone.id:
        raise CannotMerge("An account cannot be merged with itself.")
    if was_merged:
        raise CannotMerge("One of them was merged into another account before.")
    if Role.owner in gone.roles:
        raise CannotMerge("An owner's account is not merged away. Take the role from it first.")
    if permissions_of(gone.roles) and kept.email_verified_at is None:
        raise EmailUnverified
    is_staff = permissions_of(gone.roles) or permissions_of(kept.roles)
    if is_staff and Role.owner not in caller.roles and caller.kind != "service":
        raise OwnersOnly


def stronger(one: StudioRole, other: StudioRole) -> StudioRole:
    """Return the role that may more."""
    return max(one, other, key=list(StudioRole).index)
