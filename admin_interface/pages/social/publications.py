"""What went out to networks, or will: each publication, each target, and what can be done."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from admin_interface.forms import checked
from admin_interface.pages.desk import back, next_page, show
from admin_interface.pages.social.sayings import Publisher, saying, trouble, unfit
from admin_interface.pages.social.zone import check_future, zone_of, zone_place
from admin_interface.rules.moments import read_moment, typed_moment
from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.social import (
    Publication,
    PublicationChange,
    PublicationState,
    Settlement,
    TargetState,
)
from kit.errors import AppError
from kit.i18n import mark
from kit.schema import Schema

router = APIRouter()
HERE = "/social"
RUNNING = frozenset({TargetState.queued, TargetState.uploading, TargetState.processing})
CHANGED = ("title", "text", "publish_at")


class SocialView(Schema):
    """`is_running`: something on it will change by itself."""

    publications: list[Publication]
    next: str
    is_first: bool
    is_running: bool
    zone: ZoneInfo


class PublicationView(Schema):
    """`values` is what is in the form to change it; `unfit` what does not fit, by account."""

    publication: Publication
    is_planned: bool
    is_running: bool
    may_cancel: bool
    zone: ZoneInfo
    place: str
    values: dict[str, str]
    errors: dict[str, str] = {}
    sentence: str = ""
    unfit: dict[str, list[str]] = {}


@router.get("/social")
async def publications(
    request: Request, publisher: Publisher, cursor: str | None = None
) -> Response:
    return show(request, "pages/social/publications.html", await _list(request, publisher, cursor))


@router.get("/social/table")
async def table(request: Request, publisher: Publisher) -> Response:
    """Answer the part of the list that lives."""
    view = await _list(request, publisher, None)
    return show(request, "fragments/social_table.html", view)


@router.get("/social/publications/{publication_id}")
async def publication_page(
    request: Request, publication_id: UUID, publisher: Publisher
) -> Response:
    found = await publisher.publication(publication_id)
    return show(request, "pages/social/publication.html", _view(request, found))


@router.get("/social/publications/{publication_id}/targets")
async def targets(request: Request, publication_id: UUID, publisher: Publisher) -> Response:
    """Answer the part of the page that lives."""
    found = await publisher.publication(publication_id)
    return show(request, "fragments/social_targets.html", _view(request, found))


@router.post("/social/publications/{publication_id}")
async def change(request: Request, publication_id: UUID, publisher: Publisher) -> Response:
    """Change what is planned."""
    typed = dict(await request.form())
    given = {name: str(typed[name]).replace("\r\n", "\n") for name in CHANGED if name in typed}
    try:
        await publisher.change_publication(publication_id, _change(given, zone_of(request)))
    except AppError as error:
        found = trouble(request, error)
        view = _view(request, await publisher.publication(publication_id))
        update: dict[str, Any] = {"values": view.values | given, "unfit": unfit(error)}
        update |= {"errors": found.errors, "sentence": found.sentence}
        view = view.model_copy(update=update)
        return show(request, "pages/social/publication.html", view, 422)
    return back(request, _page(publication_id), mark("La publication est enregistrée."))


@router.post("/social/publications/{publication_id}/cancellation")
async def cancel(request: Request, publication_id: UUID, publisher: Publisher) -> Response:
    try:
        await publisher.cancel_publication(publication_id)
    except AppError as error:
        return back(request, _page(publication_id), saying(request, error), "danger")
    text = mark("Ce qui n’était pas parti ne partira pas.")
    return back(request, _page(publication_id), text)


@router.post("/social/publications/{publication_id}/targets/{target_id}")
async def decide(
    request: Request, publication_id: UUID, target_id: UUID, publisher: Publisher
) -> Response:
    """Try a target again, or say what was seen on the network."""
    typed = dict(await request.form())
    try:
        text = await _decided(publisher, target_id, typed)
    except AppError as error:
        return back(request, _page(publication_id), saying(request, error), "danger")
    return back(request, _page(publication_id), text)


async def _decided(publisher: PublisherClient, target_id: UUID, typed: dict[str, Any]) -> str:
    if typed.get("deed") == "retry":
        await publisher.retry_target(target_id)
        return mark("L’envoi reprend.")
    seen: dict[str, Any] = {"is_published": typed.get("deed") == "seen"}
    seen |= {"remote_url": typed["remote_url"]} if typed.get("remote_url") else {}
    await publisher.settle_target(target_id, checked(Settlement, seen))
    return mark("C’est noté.")


def _change(given: dict[str, str], zone: ZoneInfo) -> PublicationChange:
    wish: dict[str, Any] = {name: given[name] for name in ("title", "text") if name in given}
    if at := read_moment(given.get("publish_at", ""), zone):
        wish["publish_at"] = at
    found = checked(PublicationChange, wish)
    check_future(found.publish_at)
    return found


async def _list(request: Request, publisher: PublisherClient, cursor: str | None) -> SocialView:
    page = await publisher.publications(cursor=cursor)
    return SocialView(
        publications=page.items,
        next=next_page(request, page.next_cursor),
        is_first=cursor is None,
        is_running=any(each.state is PublicationState.under_way for each in page.items),
        zone=zone_of(request),
    )


def _view(request: Request, found: Publication) -> PublicationView:
    zone = zone_of(request)
    waiting = any(each.state is TargetState.queued for each in found.targets)
    is_planned = found.state is PublicationState.planned
    return PublicationView(
        publication=found,
        is_planned=is_planned,
        is_running=not is_planned and any(each.state in RUNNING for each in found.targets),
        may_cancel=waiting and found.state is not PublicationState.cancelled,
        zone=zone,
        place=zone_place(request),
        values={
            "title": found.title,
            "text": found.text,
            "publish_at": typed_moment(found.publish_at, zone),
        },
    )


def _page(publication_id: UUID) -> str:
    return f"{HERE}/publications/{publication_id}"
