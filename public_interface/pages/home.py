"""The first page: one film large, then rails."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import Film
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.render import render
from kit.site.session import MaybePerson
from public_interface import rules
from public_interface.pages import cards
from public_interface.pages.cards import PictureView, RailView
from public_interface.pages.visitor import VisitorDep

router = APIRouter()


async def _catalog(request: Request, person: MaybePerson) -> CatalogClient:
    """Ask as whoever is signed in: a profile with an age limit sees other films."""
    found: CatalogClient = request.app.state.clients[CatalogClient]
    return found.acting(person.token) if person else found


Catalog = Annotated[CatalogClient, Depends(_catalog)]
TEASER = 180
FEATURED = mark("À l’affiche")


class HeroView(Schema):
    href: str
    watch_href: str
    action: str
    symbol: str
    title: str
    teaser: str
    facts: list[str]
    access: str
    age: int | None
    price: str
    picture: PictureView | None


class HomeView(Schema):
    hero: HeroView | None
    rails: list[RailView]


@router.get("/")
async def home(request: Request, catalog: Catalog, visitor: VisitorDep) -> HTMLResponse:
    found = await catalog.home()
    words = request.app.state.site.language(request)
    thrifty = choices(request).is_thrifty
    rails = [cards.rail(shelf, words, thrifty=thrifty) for shelf in found.rails]
    if len(found.hero) > 1:
        more = [cards.film_card(film, words, thrifty=thrifty) for film in found.hero[1:]]
        rails.insert(0, RailView(title=words(FEATURED), href="", cards=more))
    hero = None
    if found.hero:
        film = found.hero[0]
        is_locked = film.access_level != "public"
        holdings = await visitor.holdings() if is_locked else []
        hero = _hero(film, rules.step(film, holdings), words, thrifty=thrifty)
    return render(request, "pages/home.html", HomeView(hero=hero, rails=rails))


def _hero(film: Film, step: rules.Step, words: Language, *, thrifty: bool) -> HeroView:
    href = f"/films/{film.slug}"
    is_open = step is rules.Step.watch
    return HeroView(
        href=href,
        watch_href=f"/watch/{film.slug}" if is_open else f"{href}#unlock",
        action=action(step, film, words),
        symbol="play" if is_open else "lock-keyhole",
        title=film.title,
        teaser=rules.shorten(film.synopsis, TEASER),
        facts=cards.facts(film, words),
        access=film.access_level,
        age=film.age_rating,
        price=cards.price(film, words),
        picture=cards.picture(
            film.backdrop or film.poster, cards.ENOUGH_FOR_STILLS, thrifty=thrifty
        ),
    )


def action(step: rules.Step, film: Film, words: Language) -> str:
    """Return what the one button says."""
    price = cards.price(film, words)
    if step is rules.Step.unlock and price:
        return words("Débloquer pour %(price)s", price=price)
    return words(
        {
            rules.Step.watch: mark("Regarder"),
            rules.Step.unlock: mark("Débloquer ce film"),
            rules.Step.sign_in: mark("Entrer un code VIP"),
            rules.Step.wait: mark("Bientôt"),
        }[step]
    )
