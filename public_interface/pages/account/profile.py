"""One's profile: name, picture, language, country, and the public page of who makes films."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.profiles import Link, Profile, ProfileChange, ProfileSlugTaken
from kit.errors import AppError
from kit.i18n import LANGUAGES, Language, mark
from kit.schema import Schema
from kit.site.choices import YEAR
from kit.site.filled import filled
from kit.site.session import acting
from public_interface.forms import ProfileForm
from public_interface.pages.account.deeds import done, not_done
from public_interface.pages.account.frame import back, show, words

router = APIRouter()
Mine = Annotated[AccountsClient, acting(AccountsClient)]
HERE = "/account"
COUNTRIES = (
    "BJ", "BF", "CM", "CI", "CG", "CD", "GA", "GH", "GN", "ML", "NE", "NG", "SN", "TG",
    "BE", "CA", "CH", "FR", "US",
)  # fmt: skip
SAVED = mark("Votre profil est enregistré.")


class ProfileView(Schema):
    """`values` are what the form shows: what was typed, or what is kept."""

    profile: Profile
    face: str
    initials: str
    values: dict[str, str]
    errors: dict[str, str]
    languages: list[tuple[str, str]]
    countries: list[tuple[str, str]]
    page_address: str


@router.get(HERE)
async def profile(request: Request, mine: Mine) -> Response:
    return _page(request, await mine.profile())


@router.post(f"{HERE}/profile")
async def change(request: Request, mine: Mine) -> Response:
    say = words(request)
    typed = await filled(request, ProfileForm, say)
    if typed.form is None:
        return _page(request, await mine.profile(), typed.values, typed.errors)
    try:
        wanted = _change(typed.form)
    except ValidationError:
        wrong = {"links": say("Un lien par ligne : un nom, puis https://…")}
        return _page(request, await mine.profile(), typed.values, wrong)
    try:
        changed = await mine.change_profile(wanted)
    except ProfileSlugTaken:
        taken = {"slug": say("Cette adresse est prise. Choisissez-en une autre.")}
        return _page(request, await mine.profile(), typed.values, taken)
    except AppError as error:
        return not_done(request, error, HERE)
    answer = back(request, HERE, SAVED)
    if changed.language in LANGUAGES:
        secure = request.app.state.settings.is_secure
        answer.set_cookie("lang", changed.language, max_age=YEAR, samesite="lax", httponly=True,
                          secure=secure)  # fmt: skip
    return answer


@router.post(f"{HERE}/avatar")
async def set_avatar(request: Request, mine: Mine) -> Response:
    form = await request.form()
    if form.get("remove"):
        return await done(request, mine.delete_avatar(), HERE, mark("L’image est retirée."))
    file = form.get("picture")
    picture = await file.read() if isinstance(file, UploadFile) else b""
    if not picture:
        return back(request, HERE, mark("Choisissez d’abord une image."), "danger")
    return await done(request, mine.set_avatar(picture), HERE, mark("Votre image est en place."))


def initials(name: str) -> str:
    return "".join(word[0] for word in name.split()[:2]).upper()


def _change(form: ProfileForm) -> ProfileChange:
    """Return what was typed as accounts_service takes it; raise ValidationError."""
    changed: dict[str, Any] = {
        "name": form.name, "language": form.language, "country": form.country, "bio": form.bio,
        "links": [_link(line) for line in form.links.splitlines() if line.strip()],
    }  # fmt: skip
    if form.may_be_public:
        changed["is_public"] = form.is_public
        if form.slug:
            changed["slug"] = form.slug
    return ProfileChange.model_validate(changed)


def _link(line: str) -> Link:
    label, _, url = line.strip().rpartition(" ")
    return Link.model_validate({"label": label or url.partition("://")[2][:60] or url, "url": url})


def _page(
    request: Request,
    found: Profile,
    values: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    say = words(request)
    settings = request.app.state.settings
    base = settings.portal_public_url.rstrip("/")
    view = ProfileView(
        profile=found,
        face=found.avatar.address(256) if found.avatar else "",
        initials=initials(found.name),
        values=_kept(found) | {key: str(value) for key, value in (values or {}).items()},
        errors=errors or {},
        languages=[("", say("Comme mon navigateur")), ("fr", "Français"), ("en", "English")],
        countries=_countries(found, say),
        page_address=f"{base}/makers/{found.slug}" if found.slug and found.is_public else "",
    )
    return show(request, "profile", view, 422 if errors else 200)


def _kept(found: Profile) -> dict[str, str]:
    return {
        "name": found.name,
        "language": found.language or "",
        "country": found.country or "",
        "bio": found.bio,
        "links": "\n".join(f"{link.label} {link.url}" for link in found.links),
        "slug": found.slug or "",
        "is_public": "yes" if found.is_public else "",
    }


def _countries(found: Profile, say: Language) -> list[tuple[str, str]]:
    codes = {*COUNTRIES, *([found.country] if found.country else [])}
    named = sorted(((code, say.country(code)) for code in codes), key=lambda pair: pair[1])
    return [("", say("Je ne le dis pas")), *named]
