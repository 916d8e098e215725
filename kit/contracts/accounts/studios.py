"""Invitations, studios and their members, acting as somebody, suspending, merging."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from kit.auth import Role, StudioRole
from kit.contracts.accounts.people import Email, Secret
from kit.errors import Conflict, Forbidden, Gone, Invalid, NotFound
from kit.pages import Page
from kit.schema import Count, Name, Schema

Why = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
About = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
LinkToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]
ACTING_MINUTES = 15  # one access token's life: acting is never renewed, only begun again


class InvitationState(StrEnum):
    pending = "pending"
    accepted = "accepted"
    withdrawn = "withdrawn"
    expired = "expired"


class InvitationNew(Schema):
    """A role everywhere, a place in a studio, or both. An older one for the same is replaced.

    The link is mailed. Staff may get it in the answer instead, once, to pass it on `by_hand`: they
    vouch for the address then.
    """

    email: Email
    role: Role = Role.viewer
    studio_id: UUID | None = None
    studio_role: StudioRole | None = None
    locale: Literal["fr", "en"] | None = None
    by_hand: bool = False


class Invitation(Schema):
    """Seen by who holds `people:write`, and by producers of its studio."""

    id: UUID
    email: str
    role: Role
    studio_id: UUID | None
    studio_name: str | None
    studio_role: StudioRole | None
    inviter: str
    state: InvitationState
    created_at: datetime
    expires_at: datetime


class InvitationMade(Invitation):
    """`link` is absolute, to the portal, and only given when the invitation was made by hand."""

    link: str | None = None


Invitations = Page[Invitation]


class InvitationSeen(Schema):
    """What the link says, to whoever holds it."""

    email: str
    role: Role
    studio_name: str | None
    studio_role: StudioRole | None
    inviter: str
    expires_at: datetime
    has_account: bool


class InvitationToken(Schema):
    token: LinkToken


class InvitationAccount(InvitationToken):
    """Accept, and become someone: the account gets the invited e-mail."""

    name: Name
    password: Secret


class Studio(Schema):
    """An organisation. Seen by its members, and by who holds `studios:read`."""

    id: UUID
    name: str
    about: str
    created_at: datetime
    members: Count


class StudioNew(Schema):
    """Whoever opens it becomes its producer; staff may say who instead."""

    name: Name
    about: About = ""
    producer_id: UUID | None = None


class StudioChange(Schema):
    """What is left out stays as it is."""

    name: Name | None = None
    about: About | None = None


Studios = Page[Studio]


class MyStudio(Schema):
    studio_id: UUID
    name: str
    role: StudioRole


class MyStudios(Schema):
    """All studios of one account. Seen by that person, by services, and by `studios:read`."""

    items: tuple[MyStudio, ...]


class Member(Schema):
    """Seen by the members of the same studio. The e-mail only by its producers and by staff."""

    account_id: UUID
    name: str
    email: str | None
    role: StudioRole
    joined_at: datetime


Members = Page[Member]


class MemberChange(Schema):
    """Members come by invitation; staff (`studios:write`) may also put somebody in."""

    role: StudioRole


class SuspensionNew(Schema):
    """`why` is for the log, not for the person."""

    why: Why


class ActingNew(Schema):
    """To see what a viewer sees: they are told at once, with the reason given here."""

    why: Why
    minutes: Annotated[int, Field(ge=1, le=ACTING_MINUTES)] = ACTING_MINUTES


class ActingStarted(Schema):
    """`link` is to the portal, works once, and only for two minutes."""

    id: UUID
    account_id: UUID
    link: str
    expires_at: datetime


class Acting(Schema):
    """Who acts as whom, until when. Seen by both."""

    id: UUID
    account_id: UUID
    name: str
    admin_id: UUID
    admin_name: str
    why: str
    started_at: datetime
    expires_at: datetime
    ended_at: datetime | None


Actings = Page[Acting]


class ActingToken(Schema):
    """An access token with the claim `act`: it reads, and may not change anything. No refresh."""

    access_token: str
    expires_in: int
    acting: Acting


class MergeNew(Schema):
    """Account `from_id` becomes part of this one, and is closed. There is no way back."""

    from_id: UUID
    why: Why


class Access(Schema):
    """Somebody looked at one's data (`personal.read`), or acted in one's name. Seen by oneself."""

    at: datetime
    by: str
    what: str
    why: str | None


Accesses = Page[Access]


class InvitationNotFound(NotFound):
    """There is no such invitation."""


class InvitationSpent(Gone):
    """This invitation was used, replaced, withdrawn, or has expired. Ask for a new one."""


class InvitationForOther(Forbidden):
    """This invitation is for another e-mail address. Sign in with that one."""


class InvitationKnown(Conflict):
    """This e-mail has an account already. Sign in with it, then open the invitation again."""


class StudioRoleMissing(Invalid):
    """Say both the studio and the role in it, or neither."""


class StudioNotFound(NotFound):
    """There is no such studio, or it is not yours to see."""


class MemberNotFound(NotFound):
    """Nobody of that id is a member of this studio."""


class LastProducer(Conflict):
    """This is the last producer of the studio. Make another member producer first."""


class NotAViewer(Forbidden):
    """Only viewers can be acted as: this account holds permissions of its own."""


class EmailUnverified(Conflict):
    """This account has not shown yet that it reads its e-mail. Invite that address instead."""


class CannotMerge(Conflict):
    """These two accounts cannot be merged."""


class ActingSpent(Gone):
    """This link was used, or is older than two minutes. Begin again."""


class ActingNotFound(NotFound):
    """Nobody acts as somebody else with this token."""
