"""Who watches on this account: several people, and children behind a limit and a PIN."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Request, Response

from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.profiles import (
    Entered,
    PinChange,
    PinNeeded,
    ProofNeeded,
    ViewingProfile,
    ViewingProfileChange,
    ViewingProfileNew,
    WrongPin,
)
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.filled import filled
from kit.site.session import SessionCookies, acting
from public_interface import rules
from public_interface.forms import EntryForm, PinForm, ViewerForm
from public_interface.pages.account.deeds import done, not_done
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.profile import initials
from public_interface.pages.account.sayings import said

router = APIRouter()
Mine = Annotated[AccountsClient, acting(AccountsClient)]
HERE = "/account/viewers"
LIMITS = (0, 7, 10, 12, 16, 18)
COLOURS = {
    "gold": mark("or"), "green": mark("vert"), "blue": mark("bleu"),
    "purple": mark("violet"), "red": mark("rouge"), "teal": mark("turquoise"),
}  # fmt: skip


class ViewerView(Schema):
    id: str
    name: str
    initials: str
    colour: str
    max_age: str
    limit: str
    is_current: bool


class ViewersView(Schema):
    """`needs_pin`: leaving the present profile takes the PIN."""

    viewers: list[ViewerView]
    has_pin: bool
    needs_pin: bool
    limits: list[tuple[str, str]]
    colours: list[tuple[str, str]]
    values: dict[str, str]
    errors: dict[str, str]


@router.get(HERE)
async def viewers(request: Request, mine: Mine) -> Response:
    return await _page(request, mine)


@router.post(HERE)
async def add(request: Request, mine: Mine) -> Response:
    typed = await filled(request, ViewerForm, words(request))
    if typed.form is None:
        return await _page(request, mine, typed.values, typed.errors)
    new = ViewingProfileNew.model_validate(typed.form.model_dump())
    adding = mine.create_viewing_profile(new)
    return await done(request, adding, HERE, mark("Le profil est prêt."))


@router.post(f"{HERE}/pin")
async def set_pin(request: Request, mine: Mine) -> Response:
    say = words(request)
    typed = await filled(request, PinForm, say)
    if typed.form is None:
        return await _page(request, mine, {}, typed.errors)
    change = PinChange.model_validate(typed.form.model_dump(exclude_none=True))
    try:
        await mine.set_viewing_pin(change)
    except (ProofNeeded, WrongPin):
        wrong = say(mark("Tapez le PIN actuel, ou votre mot de passe."))
        return await _page(request, mine, {}, {"proof": wrong})
    except AppError as error:
        return not_done(request, error, HERE)
    return back(request, HERE, mark("Le PIN est enregistré."))


@router.post(HERE + "/{profile_id}/entry")
async def enter(request: Request, profile_id: UUID | Literal["none"], mine: Mine) -> Response:
    """Watch as somebody from now on; "none" is the account itself."""
    say = words(request)
    typed = await filled(request, EntryForm, say)
    if typed.form is None:
        return await _page(request, mine, {}, {f"pin-{profile_id}": say("Quatre à huit chiffres.")})
    try:
        chosen = None if profile_id == "none" else profile_id
        entered = await mine.enter_viewing_profile(chosen, typed.form.pin)
    except (PinNeeded, WrongPin) as error:
        return await _page(request, mine, {}, {f"pin-{profile_id}": said(error, say)})
    except AppError as error:
        return not_done(request, error, HERE)
    return _entered(request, entered, rules.safe_path(typed.form.next) or "/")


@router.post(HERE + "/{profile_id}")
async def change(request: Request, profile_id: UUID, mine: Mine) -> Response:
    typed = await filled(request, ViewerForm, words(request))
    if typed.form is None:
        return back(request, HERE, mark("Donnez un nom de 40 signes au plus."), "danger")
    wanted = ViewingProfileChange.model_validate(typed.form.model_dump())
    changing = mine.change_viewing_profile(profile_id, wanted)
    return await done(request, changing, HERE, mark("Le profil est enregistré."))


@router.post(HERE + "/{profile_id}/removal")
async def remove(request: Request, profile_id: UUID, mine: Mine) -> Response:
    removing = mine.delete_viewing_profile(profile_id)
    return await done(request, removing, HERE, mark("Le profil est supprimé."))


def _entered(request: Request, entered: Entered, goal: str) -> Response:
    """Put the new access token in the old one's place: it names who watches."""
    cookies: SessionCookies = request.app.state.session
    name = entered.profile.name if entered.profile else ""
    text = mark("%(name)s regarde maintenant.") if name else mark("Le compte regarde maintenant.")
    answer = back(request, goal, text, "info", name=name)
    cookies.keep_access(answer, entered.access_token, entered.expires_in)
    return answer


async def _page(
    request: Request,
    mine: AccountsClient,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    say = words(request)
    found = await mine.viewing_profiles()
    current = next((each for each in found.items if each.id == found.current), None)
    view = ViewersView(
        viewers=[_viewer(each, found.current, say) for each in found.items],
        has_pin=found.has_pin,
        needs_pin=current is not None and current.max_age is not None,
        limits=[("", say("Tout"))] + [(str(age), _limit(age, say)) for age in LIMITS[:-1]],
        colours=[(colour, say(name)) for colour, name in COLOURS.items()],
        values=values or {},
        errors=errors or {},
    )
    return show(request, "viewers", view, 422 if errors else 200)


def _viewer(each: ViewingProfile, current: UUID | None, say: Language) -> ViewerView:
    return ViewerView(
        id=str(each.id),
        name=each.name,
        initials=initials(each.name),
        colour=each.colour,
        max_age="" if each.max_age is None else str(each.max_age),
        limit=_limit(each.max_age, say) if each.max_age is not None else "",
        is_current=each.id == current,
    )


def _limit(age: int, say: Language) -> str:
    if age == 0:
        return say("tous publics seulement")
    return say("jusqu’à %(age)s ans", age=age)
