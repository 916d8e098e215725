"""The kinds of values that catalogue models are made of."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from kit.schema import Whole

NO_NUL = r"^[^\x00]*$"  # PostgreSQL keeps no NUL in a text


class AccessLevel(StrEnum):
    """Who may watch: everyone, members with a VIP code, or the buyer of this very film."""

    public = "public"
    vip = "vip"
    ppv = "ppv"


class FilmStatus(StrEnum):
    """A scheduled film is shown from `opens_at` on, whether or not the clock has struck yet."""

    draft = "draft"
    scheduled = "scheduled"
    published = "published"
    withdrawn = "withdrawn"


class VideoState(StrEnum):
    """What the library says of the film's video; `playable` before its ladder is complete."""

    none = "none"
    waiting = "waiting"
    processing = "processing"
    playable = "playable"
    ready = "ready"
    failed = "failed"
    missing = "missing"


# From which age on a film is for; None where nobody has said.
AgeRating = Literal[0, 7, 10, 12, 16, 18]
Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=NO_NUL),
]
Paragraphs = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=20_000, pattern=NO_NUL)
]
Typed = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200, pattern=NO_NUL)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)]
Guid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,100}$")]
Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
Icon = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{0,40}$")]
Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Year = Annotated[Whole, Field(ge=1870, le=2200)]
Seconds = Annotated[Whole, Field(ge=0, lt=2**31)]
Amount = Annotated[Whole, Field(ge=0, le=10**12)]
Number = Annotated[Whole, Field(ge=0, le=10_000)]
Address = Annotated[str, StringConstraints(max_length=200, pattern=NO_NUL)]
