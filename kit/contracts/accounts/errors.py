"""What accounts_service refuses, and why."""

from kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany, Unauthenticated


class WrongCredentials(Unauthenticated):
    """This e-mail and password do not belong together."""


class SignInTooOften(TooMany):
    """Too many attempts. Wait a moment, then try again."""


class SessionEnded(Unauthenticated):
    """This session has ended. Sign in again."""


class RefreshReused(Unauthenticated):
    """This refresh token was used before, so the session was ended. Sign in again."""


class WeakPassword(Invalid):
    """Choose a longer or less common password: at least 10 characters."""


class AccountNotFound(NotFound):
    """There is no such account."""


class EmailTaken(Conflict):
    """An account with this e-mail exists already."""


class LastOwner(Conflict):
    """This is the last active owner. Make someone else owner first."""


class OwnersOnly(Forbidden):
    """Only an owner may do this."""


class AlreadySetUp(Conflict):
    """An owner exists already. Ask them for an invitation."""


class SetupLinkSpent(Gone):
    """This link was used, replaced or has expired. Ask for a new one."""


class SetupLinkForOther(Forbidden):
    """This link was made for another e-mail address."""


class ClientNotFound(NotFound):
    """There is no such API client."""


class UnknownScope(Invalid):
    """One of these scopes does not exist."""


class AuditEntryDiffers(Conflict):
    """Another entry with this id is in the log already."""
