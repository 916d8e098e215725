"""How one wants to be told: by which channel, not at night, gathered or at once."""

import asyncio
from datetime import time
from typing import Annotated, Literal
from zoneinfo import available_timezones

from fastapi import APIRouter, Request, Response
from pydantic import AfterValidator, Field, StringConstraints

from kit.contracts.publisher.client import PublisherClient
from kit.contracts.publisher.notices import ChannelName
from kit.contracts.publisher.wishes import Choice, KindChoices, Preferences, PreferencesChange
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.filled import filled
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.notices import Publisher
from public_interface.pages.account.places import HERE, PlacesView, places_view
from public_interface.pages.account.sayings import said

router = APIRouter()
CHANNELS = {
    ChannelName.in_app: mark("Ici"),
    ChannelName.email: mark("E-mail"),
    ChannelName.web_push: mark("Navigateur"),
    ChannelName.telegram: mark("Telegram"),
    ChannelName.sms: mark("SMS"),
    ChannelName.whatsapp: mark("WhatsApp"),
}
GROUPS = {
    "films": mark("Films et séries"),
    "studio": mark("Studios"),
    "money": mark("Achats et pièces"),
    "account": mark("Compte"),
    "security": mark("Sécurité du compte"),
}
ZONES = ("Africa/Abidjan", "Africa/Lagos", "Africa/Kinshasa", "Europe/Paris", "America/Montreal")


def _known_zone(zone: str) -> str:
    if zone not in available_timezones():
        raise ValueError(mark("Ce fuseau horaire n’existe pas."))
    return zone


Box = Annotated[
    str, StringConstraints(pattern=rf"^[a-z]+\.[a-z_]+ ({'|'.join(ChannelName)})$", max_length=100)
]


class WishesForm(Schema):
    """`on` are the boxes ticked, each "kind channel"; `shown` all that could be."""

    on: Annotated[list[Box], Field(max_length=200)] = []
    shown: Annotated[list[Box], Field(max_length=200)] = []
    quiet_from: time | None = None
    quiet_until: time | None = None
    zone: Annotated[str, AfterValidator(_known_zone)] = ZONES[0]
    digest: Literal["none", "daily", "weekly"] = "none"


# By which security notices come, whatever is chosen; by others they come to who wants that.
LOCKED = [ChannelName.in_app, ChannelName.email]


class GroupView(Schema):
    name: str
    kinds: list[KindChoices]


class WishesView(Schema):
    groups: list[GroupView]
    channels: list[tuple[str, str]]
    locked: list[str] = [*LOCKED]
    columns: list[tuple[str, str]]
    quiet_from: str
    quiet_until: str
    zone: str
    zones: list[tuple[str, str]]
    digest: str
    digests: list[tuple[str, str]]
    places: PlacesView
    errors: dict[str, str] = {}


@router.get(HERE)
async def wishes(request: Request, publisher: Publisher) -> Response:
    return await _page(request, publisher)


@router.post(HERE)
async def change_wishes(request: Request, publisher: Publisher) -> Response:
    say = words(request)
    typed = await filled(request, WishesForm, say)
    errors = typed.errors
    if typed.form is not None and (typed.form.quiet_from is None) != (
        typed.form.quiet_until is None
    ):
        errors = {"quiet_until": say(mark("Donnez les deux heures, ou aucune."))}
    if typed.form is None or errors:
        return await _page(request, publisher, errors)
    try:
        await publisher.change_preferences(_change(typed.form))
    except AppError as error:
        return back(request, HERE, said(error, say), "danger")
    return back(request, HERE, mark("Vos choix sont enregistrés."))


async def _page(
    request: Request, publisher: PublisherClient, errors: dict[str, str] | None = None
) -> Response:
    found, channels = await asyncio.gather(
        publisher.preferences(choices(request).language), publisher.channels()
    )
    say = words(request)
    view = _view(found, places_view(channels, say), say, errors)
    return show(request, "wishes", view, 422 if errors else 200)


def _change(form: WishesForm) -> PreferencesChange:
    return PreferencesChange.model_validate({
        "choices": [
            Choice(kind=kind, channel=ChannelName(channel), is_on=pair in form.on)
            for pair in form.shown
            for kind, _, channel in [pair.partition(" ")]
        ],
        "quiet_from": form.quiet_from,
        "quiet_until": form.quiet_until,
        "zone": form.zone,
        "digest": form.digest,
    })  # fmt: skip


def _view(
    found: Preferences, places: PlacesView, say: Language, errors: dict[str, str] | None
) -> WishesView:
    order = dict.fromkeys([*GROUPS, *(each.group for each in found.kinds)])
    kinds = {group: [each for each in found.kinds if each.group == group] for group in order}
    named = [(zone, zone.partition("/")[2]) for zone in dict.fromkeys([found.zone, *ZONES])]
    channels = [(str(name), say(CHANNELS[name])) for name in CHANNELS if name in found.available]
    return WishesView(
        groups=[
            GroupView(name=say(GROUPS.get(group, group)), kinds=each)
            for group, each in kinds.items()
            if each
        ],
        channels=channels,
        columns=[(name, "box") for _, name in channels],
        quiet_from=f"{found.quiet_from:%H:%M}" if found.quiet_from else "",
        quiet_until=f"{found.quiet_until:%H:%M}" if found.quiet_until else "",
        zone=found.zone,
        zones=named,
        digest=found.digest,
        digests=[
            ("none", say(mark("Tout de suite"))),
            ("daily", say(mark("Une fois par jour"))),
            ("weekly", say(mark("Une fois par semaine"))),
        ],
        places=places,
        errors=errors or {},
    )
