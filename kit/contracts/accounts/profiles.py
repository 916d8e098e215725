"""Who a person is to others, who watches on an account, and what a person may ask of us."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, HttpUrl, StringConstraints

from kit.contracts.accounts.people import Secret
from kit.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unauthenticated
from kit.pages import Page
from kit.schema import Name, Schema

NO_NUL = r"^[^\x00]*$"
AVATAR_WIDTHS = (96, 256, 512)
MOST_VIEWING_PROFILES = 6

Bio = Annotated[str, StringConstraints(strip_whitespace=True, max_length=3000, pattern=NO_NUL)]
MakerSlug = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=3, max_length=60)
]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
AgeLimit = Literal[0, 7, 10, 12, 16, 18]
Colour = Literal["gold", "green", "blue", "purple", "red", "teal"]
Pin = Annotated[str, StringConstraints(pattern=r"^[0-9]{4,8}$")]
LinkText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=NO_NUL)
]
PersonName = Annotated[Name, StringConstraints(pattern=NO_NUL)]
WatcherName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40, pattern=NO_NUL)
]


class Link(Schema):
    """A place on the web; only http and https lead anywhere."""

    label: LinkText
    url: Annotated[HttpUrl, Field(max_length=500)]


Links = Annotated[tuple[Link, ...], Field(max_length=10)]


class Avatar(Schema):
    """A square picture: `{path}/{width}.webp` at accounts_service, which front-ends pass on."""

    path: str
    widths: tuple[int, ...] = AVATAR_WIDTHS

    def address(self, width: int) -> str:
        """Return the path of the smallest file that is at least `width` wide."""
        return f"{self.path}/{next((w for w in self.widths if w >= width), self.widths[-1])}.webp"


class Profile(Schema):
    """One's own profile. `may_be_public`: for film-makers, producers, crew and who runs the house.

    While `is_public`, everyone sees name, avatar, bio, links and country under `slug`.
    """

    account_id: UUID
    name: str
    avatar: Avatar | None
    language: str | None
    country: str | None
    bio: str
    links: tuple[Link, ...]
    slug: str | None
    is_public: bool
    may_be_public: bool


class ProfileChange(Schema):
    """What is left out stays as it is; null empties language and country.

    A public page without a slug gets one made from the name.
    """

    name: PersonName | None = None
    language: Language | None = None
    country: Country | None = None
    bio: Bio | None = None
    links: Links | None = None
    slug: MakerSlug | None = None
    is_public: bool | None = None


class Maker(Schema):
    """The public page of a film-maker, a producer or crew."""

    id: UUID
    slug: str
    name: str
    avatar: Avatar | None
    country: str | None
    bio: str
    links: tuple[Link, ...]
    roles: tuple[str, ...]


Makers = Page[Maker]


class ViewingProfileNew(Schema):
    """Somebody who watches on this account; with `max_age`, films rated higher do not exist.

    Films without a rating are shown without a limit only.
    """

    name: WatcherName
    max_age: AgeLimit | None = None
    colour: Colour = "gold"


class ViewingProfileChange(Schema):
    """What is left out stays as it is; `max_age: null` lifts the limit."""

    name: WatcherName | None = None
    max_age: AgeLimit | None = None
    colour: Colour | None = None


class ViewingProfile(Schema):
    id: UUID
    name: str
    max_age: int | None
    colour: Colour


class ViewingProfiles(Schema):
    """`current` is who watches in this session; null: the account itself, without a limit."""

    items: list[ViewingProfile]
    current: UUID | None
    has_pin: bool


class PinChange(Schema):
    """A new PIN; `proof` is the present PIN, or the account's password.

    Not needed for the first PIN, nor within ten minutes of signing in.
    """

    pin: Pin
    proof: Secret | None = None


class Entry(Schema):
    """`pin` is needed to come to where more may be seen than where one is now."""

    pin: Pin | None = None


class Entered(Schema):
    """A new access token for this session, which names who watches; put it in the old one's place.

    Refreshing keeps it. `profile` null: the account itself.
    """

    access_token: str
    expires_in: int
    profile: ViewingProfile | None


class Purpose(StrEnum):
    """What a person can agree to; only the first two are needed for an account."""

    terms = "terms"
    privacy = "privacy"
    newsletter = "newsletter"
    statistics = "statistics"
    recommendations = "recommendations"


class Consent(Schema):
    """What somebody said about a purpose, when, and of which version of the text."""

    purpose: Purpose
    granted: bool
    version: str
    at: datetime


class Consents(Schema):
    """`current` is the last word on each purpose; `history` all of them, newest first."""

    current: list[Consent]
    history: list[Consent]


class ConsentChange(Schema):
    granted: bool
    version: Annotated[str, StringConstraints(max_length=50, pattern=NO_NUL)] = ""


class Export(Schema):
    """Everything the suite knows of a person, as one ZIP of JSON files, until `expires_at`."""

    id: UUID
    state: Literal["queued", "ready", "failed", "expired"]
    requested_at: datetime
    ready_at: datetime | None
    expires_at: datetime | None
    size: int | None


class Exports(Schema):
    items: list[Export]


class DeletionNew(Schema):
    """`password` may be left out within ten minutes of signing in."""

    password: Secret | None = None


class DeletionPlan(Schema):
    """Until `due_at` it can be taken back, and everything works as before."""

    requested_at: datetime
    due_at: datetime


class Privacy(Schema):
    """Everything the privacy page shows."""

    consents: Consents
    exports: list[Export]
    deletion: DeletionPlan | None


class ProfileSlugTaken(Conflict):
    """Another page has this address already; choose a different one."""


class MakerNotFound(NotFound):
    """There is no such page."""


class NotAMaker(Forbidden):
    """Public pages are for film-makers, producers and crew; ask an administrator for that role."""


class AvatarUnreadable(Invalid):
    """This file is not a picture we can read; send a JPEG, PNG or WebP of at most 10 MB."""


class AvatarNotFound(NotFound):
    """There is no such picture."""


class ViewingProfileNotFound(NotFound):
    """There is no such viewing profile."""


class TooManyViewingProfiles(Conflict):
    """This account has as many viewing profiles as it can have; delete one first."""


class PinMissing(Conflict):
    """Choose a PIN first: without one, a child could leave the profile made for them."""


class PinNeeded(Forbidden):
    """Type the PIN to leave this profile."""


class WrongPin(Unauthenticated):
    """This is not the PIN."""


class PinTooOften(TooMany):
    """Too many wrong PINs. Wait a moment, then try again."""


class InChildProfile(Forbidden):
    """This cannot be done from a profile with an age limit; leave it first, with the PIN."""


class ProofNeeded(Unauthenticated):
    """Show that it is you: type your password, or sign in again and come back."""


class ExportNotFound(NotFound):
    """There is no such export, or it has expired; ask for a new one."""


class ExportUnderWay(Conflict):
    """An export is being made already; you will get an e-mail when it is ready."""


class DeletionPlanned(Conflict):
    """This account is to be deleted already; take that back first."""


class NoDeletionPlanned(NotFound):
    """No deletion of this account is planned."""
