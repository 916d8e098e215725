"""The public page of whoever makes films, and following them or a series."""

from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from kit.contracts.accounts import AccountsClient
from kit.contracts.accounts.profiles import Maker
from kit.contracts.publisher.client import PublisherClient
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.filled import filled
from kit.site.render import render
from kit.site.session import MaybePerson, acting
from kit.web import using
from public_interface import rules
from public_interface.forms import FollowForm
from public_interface.pages import cards
from public_interface.pages.account.deeds import done
from public_interface.pages.account.frame import back
from public_interface.pages.account.profile import initials
from public_interface.pages.cards import CardView
from public_interface.pages.home import Catalog

router = APIRouter()
Accounts = Annotated[AccountsClient, using(AccountsClient)]
Publisher = Annotated[PublisherClient, using(PublisherClient)]
Mine = Annotated[PublisherClient, acting(PublisherClient)]
ROLES = {
    "filmmaker": mark("cinéaste"),
    "producer": mark("production"),
    "crew": mark("équipe"),
}
MOST = 24


class FollowView(Schema):
    """`sign_in_href`: where to go first, when nobody is signed in."""

    topic: str
    is_on: bool
    sign_in_href: str


class MakerView(Schema):
    name: str
    face: str
    initials: str
    facts: list[str]
    bio: list[str]
    description: str
    links: list[tuple[str, str]]
    address: str
    share_picture: str
    follow: FollowView
    cards: list[CardView]


@router.get("/makers/{slug}")
async def maker(
    slug: str,
    request: Request,
    accounts: Accounts,
    publisher: Publisher,
    catalog: Catalog,
    person: MaybePerson,
) -> HTMLResponse:
    found = await accounts.maker(slug)
    words: Language = request.app.state.site.language(request)
    works = await catalog.search(found.name, limit=MOST)
    thrifty = choices(request).is_thrifty
    films = [] if works.corrected else works.items
    follow = await following(request, publisher, person, f"maker:{found.id}")
    shown = [cards.film_card(film, words, thrifty=thrifty) for film in films]
    return render(request, "pages/maker.html", _view(request, found, follow, shown))


@router.post("/follows")
async def follow(request: Request, publisher: Mine) -> Response:
    """Follow, or stop following, and go back to where one was."""
    typed = await filled(request, FollowForm, request.app.state.site.language(request))
    if typed.form is None:
        return back(request, "/")
    form = typed.form
    here = rules.safe_path(form.next) or "/"
    if form.is_on:
        text = mark("Vous suivez. Nous vous dirons quand il y a du nouveau.")
        return await done(request, publisher.follow(form.topic), here, text)
    return await done(request, publisher.unfollow(form.topic), here, mark("Vous ne suivez plus."))


async def following(
    request: Request, publisher: PublisherClient, person: MaybePerson, topic: str
) -> FollowView:
    """Say whether whoever is signed in follows this; not, when it cannot be known."""
    href = "" if person else f"/sign-in?next={request.url.path}"
    topics: set[str] = set()
    if person is not None:
        try:
            found = await publisher.acting(person.token).follows()
            topics = {each.topic for each in found.items}
        except AppError:
            topics = set()
    return FollowView(topic=topic, is_on=topic in topics, sign_in_href=href)


def _view(request: Request, found: Maker, follow: FollowView, shown: list[CardView]) -> MakerView:
    words: Language = request.app.state.site.language(request)
    base = request.app.state.settings.portal_public_url.rstrip("/")
    face = found.avatar.address(512) if found.avatar else ""
    facts = [words(ROLES[role]) for role in found.roles if role in ROLES]
    if found.country:
        facts.append(words.country(found.country))
    return MakerView(
        name=found.name,
        face=face,
        initials=initials(found.name),
        facts=facts,
        bio=[part.strip() for part in found.bio.split("\n\n") if part.strip()],
        description=rules.shorten(found.bio, 155),
        links=[(link.label, str(link.url)) for link in found.links],
        address=f"{base}/makers/{found.slug}",
        share_picture=base + face if face else "",
        follow=follow,
        cards=shown,
    )
