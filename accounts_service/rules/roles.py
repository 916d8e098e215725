"""Who may be what, and who may change it. Pure."""

from collections.abc import Iterable

from accounts_service.models.people import Account
from kit.auth import ALL_PERMISSIONS, Caller, may, permissions_of
from kit.contracts.accounts import (
    AccountChange,
    AccountState,
    LastOwner,
    OwnersOnly,
    Role,
    UnknownScope,
)
from kit.contracts.accounts.studios import EmailUnverified
from kit.errors import Forbidden


def is_active_owner(account: Account) -> bool:
    return Role.owner in account.roles and account.state == AccountState.active


def check_grant(caller: Caller, roles: Iterable[str]) -> None:
    """Nobody gives away more than they hold, and owners are made by owners."""
    wanted = set(roles)
    if Role.owner in wanted and Role.owner not in caller.roles and caller.kind != "service":
        raise OwnersOnly
    for permission in sorted(permissions_of(wanted)):
        if not may(caller, permission):
            raise Forbidden("You may not give a role that may do more than you.")


def check_reach(caller: Caller, account: Account) -> None:
    """Let only owners, and services, do things to an owner."""
    if Role.owner in account.roles and Role.owner not in caller.roles and caller.kind != "service":
        raise OwnersOnly


def check_change(
    caller: Caller, account: Account, change: AccountChange, other_owners: int
) -> None:
    """Owners are made, unmade and suspended by owners only, and one always remains."""
    roles = set(account.roles if change.roles is None else change.roles)
    state = change.state or account.state
    was, becomes = Role.owner in account.roles, Role.owner in roles
    more = roles - set(account.roles)
    if permissions_of(more) and account.email_verified_at is None:
        raise EmailUnverified
    check_grant(caller, more - {Role.owner})
    touches = was != becomes or (was and state != account.state)
    if touches and Role.owner not in caller.roles and caller.kind != "service":
        raise OwnersOnly
    stays = becomes and state == AccountState.active
    if is_active_owner(account) and not stays and other_owners == 0:
        raise LastOwner


def scopes_now(scopes: Iterable[str], owner_roles: Iterable[str] | None) -> tuple[str, ...]:
    """Return what a client holds; bounded by its owner, no more than they hold themselves."""
    if owner_roles is None:
        return tuple(scopes)
    held = permissions_of(owner_roles)
    return tuple(scope for scope in scopes if scope in held)


def check_scopes(caller: Caller, scopes: Iterable[str]) -> None:
    """Let a program be given only what its maker may do."""
    for scope in scopes:
        if scope not in ALL_PERMISSIONS:
            raise UnknownScope(f"There is no scope {scope[:60]!r}.", known=sorted(ALL_PERMISSIONS))
        if not may(caller, scope):
            raise Forbidden(f"You may not give the scope {scope!r}, since you do not hold it.")
