"""What staff type, as models; and what is wrong with it, field by field, in words."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BeforeValidator, Field, StringConstraints, TypeAdapter, ValidationError

from kit.contracts.accounts import Email
from kit.contracts.catalog.films import Credit, MaxAge
from kit.contracts.catalog.words import AccessLevel
from kit.errors import Invalid
from kit.i18n import mark
from kit.schema import Schema
from kit.site.credits import role_of

Form = TypeVar("Form", bound=Schema)
Checked = TypeVar("Checked")
Data = Mapping[str, Any]

MESSAGES = {
    "missing": mark("Ce champ est nécessaire."),
    "string_too_short": mark("Ce champ est nécessaire."),
    "string_too_long": mark("C’est trop long."),
    "string_pattern_mismatch": mark("Cette forme n’est pas acceptée."),
    "int_parsing": mark("Il faut un nombre entier."),
    "int_from_float": mark("Il faut un nombre entier."),
    "greater_than_equal": mark("Ce nombre est trop petit."),
    "less_than_equal": mark("Ce nombre est trop grand."),
    "datetime_from_date_parsing": mark("Cette date est illisible."),
    "datetime_parsing": mark("Cette date est illisible."),
    "enum": mark("Choisissez une des possibilités."),
    "uuid_parsing": mark("Choisissez une des possibilités."),
    "value_error": mark("Cette valeur n’est pas acceptée."),
    "too_long": mark("Il y en a trop."),
}
OTHER = mark("Cette valeur n’est pas acceptée.")
CREDIT = re.compile(r"(?P<role>[^:]+):\s*(?P<name>[^()]+?)\s*(\((?P<character>[^()]*)\))?\s*")


def _empty_is_none(value: Any) -> Any:  # noqa: ANN401  (form values)
    return None if isinstance(value, str) and not value.strip() else value


def _words(value: Any) -> Any:  # noqa: ANN401  (form values)
    """Split "drama, love" into its words."""
    if not isinstance(value, str):
        return value
    return [word.strip() for word in value.split(",") if word.strip()]


def _moment(value: Any) -> Any:  # noqa: ANN401  (form values)
    """Read a browser's datetime-local, which has no zone, as UTC."""
    if not isinstance(value, str) or not value.strip():
        return None
    try:
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    except ValueError:
        return value


def _credits(value: Any) -> Any:  # noqa: ANN401  (form values)
    """Read lines of "Réalisation : Awa Diop" and "Avec : Kofi Mensah (le père)"."""
    if not isinstance(value, str):
        return value
    found = []
    for line in filter(str.strip, value.splitlines()):
        match = CREDIT.fullmatch(line.strip())
        if match is None:
            raise ValueError(line)
        found.append({"role": role_of(match["role"]), "name": match["name"].strip(),
                      "character": (match["character"] or "").strip()})  # fmt: skip
    return found


Maybe = BeforeValidator(_empty_is_none)
Words = Annotated[list[str], BeforeValidator(_words)]
Moment = Annotated[datetime | None, BeforeValidator(_moment)]
Trimmed = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Needed = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Number = Annotated[int | None, Maybe]


class Mistyped(Invalid):
    """One of the values is not accepted."""

    def __init__(self, error: ValidationError) -> None:
        """`fields` says what is wrong with each field (untranslated)."""
        super().__init__()
        self.fields = {
            str(found["loc"][0]) if found["loc"] else "": MESSAGES.get(found["type"], OTHER)
            for found in error.errors()
        }


class SignInForm(Schema):
    email: Email
    password: Annotated[str, StringConstraints(min_length=1, max_length=256)]


class SetupForm(Schema):
    token: Needed
    name: Needed
    email: Email
    password: Annotated[str, StringConstraints(min_length=10, max_length=256)]


class FilmForm(Schema):
    """A film as typed; lists are comma separated, credits one a line."""

    title: Needed
    slug: Annotated[str | None, Maybe] = None
    synopsis: Annotated[str, StringConstraints(strip_whitespace=True, max_length=20_000)] = ""
    year: Annotated[Annotated[int, Field(ge=1880, le=2200)] | None, Maybe] = None
    countries: Words = []
    languages: Words = []
    age_rating: Annotated[MaxAge | None, Maybe] = None
    categories: list[str] = []
    tags: Words = []
    access_level: AccessLevel = AccessLevel.public
    price_amount: Annotated[Annotated[int, Field(ge=0)] | None, Maybe] = None
    currency: Annotated[str | None, Maybe] = None
    credits: Annotated[list[Credit], BeforeValidator(_credits)] = []
    series_id: Annotated[str | None, Maybe] = None
    season: Number = None
    episode: Number = None
    opens_at: Moment = None
    closes_at: Moment = None
    video_guid: Annotated[str | None, Maybe] = None


class PublicationForm(Schema):
    withdraw: bool = False
    announce: bool = False


class BulkForm(Schema):
    ids: Annotated[list[UUID], Field(min_length=1)]
    add_categories: list[str] = []
    remove_categories: list[str] = []
    add_tags: Words = []
    remove_tags: Words = []
    access_level: Annotated[AccessLevel | None, Maybe] = None
    price_amount: Annotated[Annotated[int, Field(ge=0)] | None, Maybe] = None


class MintForm(Schema):
    title: Needed
    access_level: AccessLevel = AccessLevel.vip
    video_id: Annotated[str | None, Maybe] = None
    duration_days: Annotated[Annotated[int, Field(ge=1, le=3660)] | None, Maybe] = 30
    expires_at: Moment = None
    max_devices: Annotated[Annotated[int, Field(ge=1, le=1000)] | None, Maybe] = None
    label: Trimmed = ""
    count: Annotated[int, Field(ge=1, le=2000)] = 1
    key: Needed


class ClientForm(Schema):
    name: Needed
    scopes: Annotated[list[str], Field(min_length=1)]


class CategoryForm(Schema):
    name_fr: Needed
    name_en: Needed
    slug: Annotated[str | None, Maybe] = None
    colour: Annotated[str, StringConstraints(pattern=r"^(#[0-9a-fA-F]{6})?$")] = ""
    icon: Trimmed = ""


def filled(kind: type[Form], data: Data) -> tuple[Form | None, dict[str, str]]:
    """Return what was typed, or what is wrong with each field (untranslated)."""
    try:
        return checked(kind, data), {}
    except Mistyped as error:
        return None, error.fields


def checked(kind: type[Checked], values: object) -> Checked:
    """Return what was typed as another service takes it; raise Mistyped."""
    try:
        return TypeAdapter(kind).validate_python(values)
    except ValidationError as error:
        raise Mistyped(error) from error


def many(pairs: Sequence[tuple[str, Any]], *lists: str) -> dict[str, Any]:
    """Return form fields by name; those named in `lists` keep all their values."""
    found: dict[str, Any] = {name: [] for name in lists}
    for name, value in pairs:
        if name in found and name in lists:
            found[name].append(value)
        else:
            found[name] = value
    return found
