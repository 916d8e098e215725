"""Which films exist for a viewing profile with an age limit. Pure."""

from typing import TypeVar

from catalog_service.models.films import Film
from kit.auth import Caller
from kit.contracts.catalog.errors import NotForThisAge
from kit.contracts.catalog.films import FilmQuery

Query = TypeVar("Query", bound=FilmQuery)


def is_for(age_rating: int | None, max_age: int | None) -> bool:
    """Say whether a film may be seen under a limit; one that nobody rated only without any."""
    return max_age is None or (age_rating is not None and age_rating <= max_age)


def check_age(film: Film, caller: Caller) -> None:
    if not is_for(film.age_rating, caller.max_age):
        raise NotForThisAge(age_rating=film.age_rating, max_age=caller.max_age)


def limit(given: int | None, caller: Caller) -> int | None:
    """Return the lower one of what was asked for and what the profile is allowed."""
    limits = [each for each in (given, caller.max_age) if each is not None]
    return min(limits, default=None)


def limited(query: Query, caller: Caller) -> Query:
    """Return the question as the caller may ask it."""
    return query.model_copy(update={"max_age": limit(query.max_age, caller)})
