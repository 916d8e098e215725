"""Series: all of them, and one with its seasons and episodes."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kit.contracts.catalog.shelves import Episode, Season, Series
from kit.i18n import Language
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.render import render
from kit.site.session import MaybePerson
from public_interface import rules
from public_interface.pages import cards
from public_interface.pages.cards import CardView, PictureView
from public_interface.pages.home import Catalog
from public_interface.pages.makers import FollowView, Publisher, following

router = APIRouter()


class SeriesListView(Schema):
    cards: list[CardView]
    next_href: str


class EpisodeView(Schema):
    href: str
    number: int
    title: str
    synopsis: str
    length: str
    access: str
    age: int | None
    price: str
    picture: PictureView | None


class SeasonView(Schema):
    title: str
    episodes: list[EpisodeView]


class SeriesView(Schema):
    title: str
    synopsis: list[str]
    description: str
    address: str
    share_picture: str
    count: str
    poster: PictureView | None
    backdrop: PictureView | None
    first_href: str
    follow: FollowView
    seasons: list[SeasonView]


@router.get("/series")
async def series_list(request: Request, catalog: Catalog, cursor: str = "") -> HTMLResponse:
    words = request.app.state.site.language(request)
    thrifty = choices(request).is_thrifty
    found = await catalog.series_list(cursor=cursor or None, limit=48)
    view = SeriesListView(
        cards=[cards.series_card(each, words, thrifty=thrifty) for each in found.items],
        next_href=f"/series?cursor={found.next_cursor}" if found.next_cursor else "",
    )
    return render(request, "pages/series_list.html", view)


@router.get("/series/{slug}")
async def series(
    slug: str, request: Request, catalog: Catalog, publisher: Publisher, person: MaybePerson
) -> HTMLResponse:
    found = await catalog.series(slug)
    follow = await following(request, publisher, person, f"series:{found.id}")
    return render(request, "pages/series.html", _view(request, found, follow))


def _view(request: Request, found: Series, follow: FollowView) -> SeriesView:
    words: Language = request.app.state.site.language(request)
    thrifty = choices(request).is_thrifty
    base = request.app.state.settings.portal_public_url.rstrip("/")
    backdrop = cards.picture(found.backdrop, cards.ENOUGH_FOR_STILLS, thrifty=thrifty)
    poster = cards.picture(found.poster, cards.ENOUGH_FOR_POSTERS, thrifty=thrifty)
    shared = backdrop or poster
    episodes = [episode for season in found.seasons for episode in season.episodes]
    return SeriesView(
        title=found.title,
        synopsis=[part.strip() for part in found.synopsis.split("\n\n") if part.strip()],
        description=rules.shorten(found.synopsis, 155),
        address=f"{base}/series/{found.slug}",
        share_picture=base + shared.src if shared else "",
        count=words.plural("%(num)s épisode", "%(num)s épisodes", len(episodes)),
        poster=poster,
        backdrop=backdrop,
        first_href=f"/films/{episodes[0].film.slug}" if episodes else "",
        follow=follow,
        seasons=[_season(season, words, thrifty=thrifty) for season in found.seasons],
    )


def _season(season: Season, words: Language, *, thrifty: bool) -> SeasonView:
    return SeasonView(
        title=season.title or words("Saison %(number)s", number=season.number),
        episodes=[_episode(each, words, thrifty=thrifty) for each in season.episodes],
    )


def _episode(episode: Episode, words: Language, *, thrifty: bool) -> EpisodeView:
    film = episode.film
    still = film.backdrop or film.poster
    return EpisodeView(
        href=f"/films/{film.slug}",
        number=episode.number,
        title=film.title,
        synopsis=rules.shorten(episode.synopsis, 200),
        length=cards.length(film, words),
        access=film.access_level,
        age=film.age_rating,
        price=cards.price(film, words),
        picture=cards.picture(still, cards.ENOUGH_FOR_POSTERS, thrifty=thrifty),
    )
