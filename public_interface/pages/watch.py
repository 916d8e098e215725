"""The watch page, and the grants that keep a film playing."""

from dataclasses import replace
from itertools import pairwise
from typing import Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from kit.contracts.catalog.errors import EntitlementNeeded, NotYetPlayable, TooManyStreams
from kit.contracts.catalog.films import Film
from kit.contracts.catalog.playback import Playback, PlaybackNew
from kit.i18n import Language
from kit.schema import Schema
from kit.site.notices import notify
from kit.site.render import render
from public_interface.pages import cards
from public_interface.pages.home import Catalog
from public_interface.pages.money.watching import watched
from public_interface.pages.visitor import Visitor, VisitorDep, keep_device, new_device

router = APIRouter()
Part = Literal["film", "trailer"]


class WatchView(Schema):
    slug: str
    part: Part
    title: str
    subtitle: str
    back_href: str
    next_href: str
    next_title: str
    picture: str
    playback: str
    """The first grant, as JSON for the player."""


class NativeView(Schema):
    title: str
    back_href: str
    playlist_url: str
    captions: list[tuple[str, str, str]]


class GrantNew(Schema):
    """`watched_seconds`: how much of it was played until now, since the page was opened."""

    kind: Literal["hls", "native"] = "hls"
    part: Part = "film"
    watched_seconds: float = Field(0, ge=0, le=10**6)


@router.get("/watch/{slug}")
async def watch(
    slug: str, request: Request, catalog: Catalog, visitor: VisitorDep, part: Part = "film"
) -> Response:
    film = await catalog.film(slug)
    is_new = not visitor.device
    visitor = replace(visitor, device=visitor.device or new_device())
    try:
        grant = await _grant(catalog, visitor, film.slug, GrantNew(part=part))
    except EntitlementNeeded:
        return RedirectResponse(f"/films/{film.slug}#unlock", 303)
    except NotYetPlayable:
        return RedirectResponse(f"/films/{film.slug}", 303)
    except TooManyStreams as error:
        return _too_many(request, film, error)
    view = await _view(request, catalog, film, grant, part)
    page = render(request, "pages/watch/film.html", view, headers={"Cache-Control": "no-store"})
    if is_new:
        keep_device(request, page, visitor.device)
    return page


@router.post("/watch/{slug}/grant")
async def renew(
    slug: str, new: GrantNew, request: Request, catalog: Catalog, visitor: VisitorDep
) -> Playback:
    """Prolong the right to watch; refused as soon as the code opens it no more."""
    found = await _grant(catalog, visitor, slug, new)
    if new.part == "film" and new.watched_seconds:
        await watched(request, catalog, visitor, slug, new.watched_seconds)
    return found


@router.post("/watch/{slug}/native")
async def native(
    slug: str, request: Request, catalog: Catalog, visitor: VisitorDep
) -> HTMLResponse:
    """Play without JavaScript, in browsers that know HLS themselves."""
    film = await catalog.film(slug)
    grant = await _grant(catalog, visitor, slug, GrantNew(kind="native"))
    await watched(request, catalog, visitor, film.slug, 0)
    view = NativeView(
        title=film.title,
        back_href=f"/films/{film.slug}",
        playlist_url=grant.playlist_url,
        captions=[(track.language, track.label, track.url) for track in grant.captions],
    )
    return render(request, "pages/watch/native.html", view, headers={"Cache-Control": "no-store"})


def _too_many(request: Request, film: Film, error: TooManyStreams) -> Response:
    """Say on the film's page that other screens of this account are playing."""
    words: Language = request.app.state.site.language(request)
    answer = RedirectResponse(f"/films/{film.slug}", 303)
    limit = int(error.extra.get("limit", 0))
    text = words(
        "Ce compte regarde déjà sur %(limit)s écrans. Arrêtez-en un, puis recommencez.",
        limit=limit,
    )
    notify(request, answer, text, "warning")
    return answer


async def _grant(catalog: Catalog, visitor: Visitor, slug: str, new: GrantNew) -> Playback:
    """Return the grant that one of the visitor's codes gives, their newest first."""
    for token in visitor.carried[:-1]:
        try:
            return await _granted(catalog, visitor, slug, new, token)
        except EntitlementNeeded:
            continue
    last = visitor.carried[-1] if visitor.carried else None
    return await _granted(catalog, visitor, slug, new, last)


async def _granted(
    catalog: Catalog, visitor: Visitor, slug: str, new: GrantNew, token: str | None
) -> Playback:
    request = PlaybackNew(token=token, device=visitor.device or None, kind=new.kind, part=new.part)
    return await catalog.play_film(slug, request, viewer_address=visitor.address)


async def _view(
    request: Request, catalog: Catalog, film: Film, grant: Playback, part: Part
) -> WatchView:
    words: Language = request.app.state.site.language(request)
    still = cards.picture(film.backdrop or film.poster, 1300)
    following = await _following(catalog, film)
    subtitle = str(film.year or "")
    if film.series:
        subtitle = f"{film.series.title} · {film.series.season}×{film.series.episode:02d}"
    if part == "trailer":
        subtitle = words("Bande-annonce")
    return WatchView(
        slug=film.slug,
        part=part,
        title=film.title,
        subtitle=subtitle,
        back_href=f"/films/{film.slug}",
        next_href=f"/watch/{following[0]}" if following and part == "film" else "",
        next_title=following[1] if following else "",
        picture=still.src if still else "",
        playback=grant.model_dump_json(),
    )


async def _following(catalog: Catalog, film: Film) -> tuple[str, str] | None:
    """Return slug and title of the next episode."""
    if film.series is None:
        return None
    series = await catalog.series(film.series.slug)
    episodes = [episode.film for season in series.seasons for episode in season.episodes]
    for here, after in pairwise(episodes):
        if here.id == film.id:
            return after.slug, after.title
    return None
