"""What a child's profile finds closed: films for older people, and the account itself.

The catalogue and accounts_service refuse by themselves; here a child reads it in plain words, with
a way back, and a parent finds the PIN.
"""

from fastapi import Request, Response

from kit.contracts.accounts.profiles import InChildProfile
from kit.contracts.catalog.errors import NotForThisAge
from kit.errors import AppError
from kit.problems import problem
from kit.schema import Schema
from kit.site.render import render
from kit.site.session import MaybePerson
from public_interface import rules
from public_interface.pages.account.frame import NOT_KEPT, words


class ClosedView(Schema):
    title: str
    text: str


async def grown_up(request: Request, person: MaybePerson) -> None:
    """Raise InChildProfile where a child's profile has no business."""
    is_child = person is not None and person.max_age is not None
    if is_child and not rules.may_child(request.method, request.url.path):
        raise InChildProfile


async def too_young(request: Request, error: Exception) -> Response:
    say = words(request)
    age = error.extra.get("age_rating") if isinstance(error, AppError) else None
    if age is None:
        why = say("Personne n’a encore dit à partir de quel âge on peut le voir.")
    else:
        why = say("Il se regarde à partir de %(age)s ans.", age=age)
    more = say("Il y a d’autres films pour toi.")
    return _closed(request, NotForThisAge, say("Ce film est pour les plus grands"), f"{why} {more}")


async def in_child_profile(request: Request, _error: Exception) -> Response:
    say = words(request)
    text = say("Le compte se règle avec un adulte. Demande-lui de taper son PIN.")
    return _closed(request, InChildProfile, say("Ici, c’est pour les grands"), text)


def _closed(request: Request, kind: type[AppError], title: str, text: str) -> Response:
    if "text/html" not in request.headers.get("accept", ""):
        return problem(kind())
    view = ClosedView(title=title, text=text)
    return render(request, "pages/closed.html", view, kind.status, NOT_KEPT)
