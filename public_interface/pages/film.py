"""A film's page: what it is, and the one thing this visitor can do with it."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kit.contracts.catalog.films import Film, FilmQuery
from kit.contracts.tokens import Verification
from kit.i18n import Language
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.credits import role_in
from kit.site.render import render
from public_interface import rules
from public_interface.pages import cards
from public_interface.pages.cards import CardView, PictureView
from public_interface.pages.home import Catalog, action
from public_interface.pages.money.sheet import NO_SHEET, SheetView, sheet
from public_interface.pages.visitor import VisitorDep

router = APIRouter()
MOST_ALIKE = 12
LOCKED = frozenset({rules.Step.unlock, rules.Step.sign_in})


class PeopleView(Schema):
    role: str
    names: list[str]


class Cost(Schema):
    """What the whole film costs in data at one quality."""

    quality: str
    bytes: int


class LinkView(Schema):
    words: str
    href: str


class AboutView(Schema):
    """Who made it, what it is like, and the series it belongs to."""

    people: list[PeopleView]
    categories: list[LinkView]
    tags: list[LinkView]
    captions: list[str]
    series: LinkView | None
    episode: str


class FilmView(Schema):
    slug: str
    title: str
    synopsis: list[str]
    description: str
    facts: list[str]
    access: str
    age: int | None
    price: str
    step: str
    action: str
    watch_href: str
    has_trailer: bool
    costs: list[Cost]
    carries_code: bool
    """A code is in the cookie, and does not open this film."""
    sheet: SheetView
    shop_url: str
    code_example: str
    poster: PictureView | None
    backdrop: PictureView | None
    share_picture: str
    address: str
    about: AboutView
    episodes: list[CardView]
    alike: list[CardView]
    year: int | None


@router.get("/films/{slug}")
async def film(slug: str, request: Request, catalog: Catalog, visitor: VisitorDep) -> HTMLResponse:
    found = await catalog.film(slug)
    holdings = [] if found.access_level == "public" else await visitor.holdings()
    view = await _view(request, catalog, found, holdings)
    if view.step in LOCKED:
        view = view.model_copy(update={"sheet": await sheet(request, found, visitor)})
    return render(request, "pages/film.html", view)


async def _view(
    request: Request, catalog: Catalog, film: Film, holdings: list[Verification]
) -> FilmView:
    words: Language = request.app.state.site.language(request)
    settings = request.app.state.settings
    thrifty = choices(request).is_thrifty
    step = rules.step(film, holdings)
    episodes, alike = await _neighbours(catalog, film, words, thrifty=thrifty)
    backdrop = cards.picture(film.backdrop, cards.ENOUGH_FOR_STILLS, thrifty=thrifty)
    poster = cards.picture(film.poster, cards.ENOUGH_FOR_POSTERS, thrifty=thrifty)
    shared = backdrop or poster
    base = settings.portal_public_url.rstrip("/")
    return FilmView(
        slug=film.slug,
        title=film.title,
        synopsis=[part.strip() for part in film.synopsis.split("\n\n") if part.strip()],
        description=rules.shorten(film.synopsis, 155),
        facts=cards.facts(film, words),
        access=film.access_level,
        age=film.age_rating,
        price=cards.price(film, words),
        step=step.value,
        action=action(step, film, words),
        watch_href=f"/watch/{film.slug}",
        has_trailer=bool(film.trailer_guid),
        costs=_costs(film),
        carries_code=any(each.ok for each in holdings),
        sheet=NO_SHEET,
        shop_url=settings.shop_url,
        code_example=f"{settings.code_prefix}-ABCD-1234",
        poster=poster,
        backdrop=backdrop,
        share_picture=base + shared.src if shared else "",
        address=f"{base}/films/{film.slug}",
        about=_about(film, words),
        episodes=episodes,
        alike=alike,
        year=film.year,
    )


def _about(film: Film, words: Language) -> AboutView:
    return AboutView(
        people=_people(film, words),
        categories=[
            LinkView(
                words=cards.either(each.name_fr, each.name_en, words),
                href=f"/films?category={each.slug}",
            )
            for each in film.categories
        ],
        tags=[LinkView(words=tag.name, href=f"/films?tag={tag.slug}") for tag in film.tags],
        captions=[track.label or words.tongue(track.language) for track in film.captions],
        series=_series(film),
        episode=_episode(film, words),
    )


async def _neighbours(
    catalog: Catalog, film: Film, words: Language, *, thrifty: bool
) -> tuple[list[CardView], list[CardView]]:
    """Return the other episodes of its series, and films of its first category."""
    episodes: list[CardView] = []
    if film.series:
        series = await catalog.series(film.series.slug)
        for season in series.seasons:
            episodes += [
                cards.film_card(each.film, words, thrifty=thrifty) for each in season.episodes
            ]
    if not film.categories:
        return episodes, []
    query = FilmQuery(category=film.categories[0].slug)
    near = await catalog.films(query, limit=MOST_ALIKE + 1)
    alike = [
        cards.film_card(each, words, thrifty=thrifty)
        for each in near.items
        if each.id != film.id and not (film.series and each.series)
    ]
    return episodes, alike[:MOST_ALIKE]


def _costs(film: Film) -> list[Cost]:
    if not film.duration_seconds:
        return []
    return [
        Cost(quality=f"{height}p", bytes=rules.bytes_for(height, film.duration_seconds))
        for height in (240, 480)
    ]


def _people(film: Film, words: Language) -> list[PeopleView]:
    """Return who made it, by role, in the order of the credits."""
    by_role: dict[str, list[str]] = {}
    for credit in film.credits:
        name = f"{credit.name} ({credit.character})" if credit.character else credit.name
        by_role.setdefault(credit.role, []).append(name)
    return [
        PeopleView(role=role_in(words.code, role), names=names) for role, names in by_role.items()
    ]


def _series(film: Film) -> LinkView | None:
    if film.series is None:
        return None
    return LinkView(words=film.series.title, href=f"/series/{film.series.slug}")


def _episode(film: Film, words: Language) -> str:
    if film.series is None:
        return ""
    return words(
        "Saison %(season)s, épisode %(episode)s",
        season=film.series.season,
        episode=film.series.episode,
    )
