"""Writing a publication: words for each account with its limits, a picture or a clip, a moment."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from admin_interface.forms import Maybe, Needed, checked, many
from admin_interface.pages.desk import back, show
from admin_interface.pages.social.media import MediaView, known, seen, taken
from admin_interface.pages.social.previews import Card, cards
from admin_interface.pages.social.sayings import Publisher, trouble, unfit
from admin_interface.pages.social.zone import check_future, zone_of, zone_place
from admin_interface.pages.staff import acting
from admin_interface.rules.moments import read_moment
from kit.contracts.catalog.client import CatalogClient
from kit.contracts.catalog.films import FilmCard, FilmQuery
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import Address, Media, Network, PublicationNew, SocialAccount
from kit.db import new_id
from kit.errors import AppError, Invalid
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
Catalog = Annotated[CatalogClient, acting(CatalogClient)]
Typed = dict[str, Any]
FIELDS = ("id", "title", "text", "url", "film_id", "media_id", "clip_from", "clip_to", "shape",
          "publish_at")  # fmt: skip
OWN = "text."
MOST_FILMS = 200


class Nowhere(Invalid):
    """Choose at least one account."""


class ComposeForm(Schema):
    """A publication as typed, without its words for each account."""

    id: UUID
    title: Needed
    text: str = ""
    url: Annotated[Address | None, Maybe] = None
    film_id: Annotated[UUID | None, Maybe] = None
    accounts: list[UUID] = []


class ComposeView(Schema):
    """`own` holds the words of an account by its id."""

    accounts: list[SocialAccount]
    networks: dict[str, Network]
    films: list[FilmCard]
    values: dict[str, str]
    chosen: list[str]
    own: dict[str, str]
    place: str
    shown: MediaView
    cards: list[Card] = []
    errors: dict[str, str] = {}
    sentence: str = ""


class CardsView(Schema):
    cards: list[Card]


@router.get("/social/new")
async def compose_page(
    request: Request, publisher: Publisher, catalog: Catalog, film: str = "", on: str = ""
) -> Response:
    """Show an empty form; `film` it is about, and the day it is for, may be given."""
    typed: Typed = {"id": str(new_id()), "film_id": film, "accounts": []}
    typed["publish_at"] = f"{on}T18:00" if on else ""
    chosen = await catalog.film(checked(UUID, film), everything=True) if film else None
    if chosen is not None:
        portal = request.app.state.settings.portal_public_url
        typed |= {"title": chosen.title, "url": f"{portal}/films/{chosen.slug}"}
    view = await _view(request, publisher, catalog, typed, None)
    if chosen and chosen.video_guid and all(each.id != chosen.id for each in view.films):
        view = view.model_copy(update={"films": [chosen, *view.films]})
    return show(request, "pages/social/compose.html", view)


@router.post("/social/new")
async def compose(request: Request, publisher: Publisher, catalog: Catalog) -> Response:
    """Take the picture, cut the clip, show how it would look; or send it, or plan it."""
    typed = await _typed(request)
    try:
        media = await taken(publisher, typed)
        if typed.get("deed") == "publish":
            new = _publication(request, typed, media)
            await publisher.publish(new)
            is_now = new.publish_at is None
            text = mark("La publication part.") if is_now else mark("C’est prévu.")
            return back(request, f"/social/publications/{new.id}", text)
        view = await _view(request, publisher, catalog, typed, media)
    except AppError as error:
        return await _again(request, publisher, catalog, typed, error)
    return show(request, "pages/social/compose.html", view)


@router.post("/social/new/cards")
async def live_cards(request: Request, publisher: Publisher) -> Response:
    """Answer how the post would look by now, while it is being written."""
    typed = await _typed(request)
    media = await known(publisher, str(typed.get("media_id") or ""))
    accounts = (await publisher.social_accounts()).items
    view = CardsView(cards=await cards(publisher, accounts, typed, media))
    return show(request, "fragments/social_cards.html", view)


@router.post("/social/new/media")
async def live_media(request: Request, publisher: Publisher) -> Response:
    """Take a picture or cut a clip, and answer the part of the form that shows it."""
    typed = await _typed(request)
    try:
        shown = seen(await taken(publisher, typed))
    except AppError as error:
        found = trouble(request, error)
        text = " ".join(found.errors.values()) or found.sentence
        return show(request, "fragments/social_refusal.html", Refusal(text=text), 422)
    return show(request, "fragments/social_media.html", shown)


class Refusal(Schema):
    text: str


async def _typed(request: Request) -> Typed:
    """Return what was typed; browsers end lines with two characters, networks count one."""
    found = many((await request.form()).multi_items(), "accounts")
    return {
        name: each.replace("\r\n", "\n") if isinstance(each, str) else each
        for name, each in found.items()
    }


async def _again(
    request: Request,
    publisher: PublisherClient,
    catalog: CatalogClient,
    typed: Typed,
    error: AppError,
) -> Response:
    """Show the form again as it was typed, with what is wrong beside it."""
    media = await known(publisher, str(typed.get("media_id") or ""))
    view = await _view(request, publisher, catalog, typed, media)
    found = trouble(request, error)
    errors = found.errors | ({"accounts": found.sentence} if unfit(error) else {})
    told = {"errors": errors, "sentence": "" if errors else found.sentence}
    return show(request, "pages/social/compose.html", view.model_copy(update=told), 422)


def _publication(request: Request, typed: Typed, media: Media | None) -> PublicationNew:
    wish = {name: typed.get(name) for name in ComposeForm.model_fields}
    form = checked(ComposeForm, {name: each for name, each in wish.items() if each is not None})
    if not form.accounts:
        raise Nowhere
    values = form.model_dump(exclude={"accounts"}, exclude_none=True)
    values["targets"] = [
        {"account_id": each, "text": typed.get(f"{OWN}{each}") or None} for each in form.accounts
    ]
    if media is not None:
        values["media_id"] = media.id
    if at := read_moment(str(typed.get("publish_at") or ""), zone_of(request)):
        values["publish_at"] = at
    new = checked(PublicationNew, values)
    check_future(new.publish_at)
    return new


async def _view(
    request: Request,
    publisher: PublisherClient,
    catalog: CatalogClient,
    typed: Typed,
    media: Media | None,
) -> ComposeView:
    accounts = (await publisher.social_accounts()).items
    films = (await catalog.films(FilmQuery(status="all"), sort="title", limit=MOST_FILMS)).items
    return ComposeView(
        accounts=accounts,
        networks={each.name.value: each for each in (await publisher.networks()).items},
        films=[each for each in films if each.video_guid],
        values={name: str(typed.get(name) or "") for name in FIELDS},
        chosen=[str(each) for each in typed["accounts"]],
        own={
            name.removeprefix(OWN): str(text)
            for name, text in typed.items()
            if name.startswith(OWN)
        },
        place=zone_place(request),
        shown=seen(media),
        cards=await cards(publisher, accounts, typed, media),
    )
