"""Where one is reached: devices, Telegram, a phone number; each proven, or not used."""

from typing import Annotated
from uuid import UUID

import segno
from fastapi import APIRouter, Request, Response
from pydantic import StringConstraints

from kit.contracts.publisher.channels import (
    Channels,
    Endpoint,
    PhoneChannel,
    PhoneCode,
    PhoneNew,
    Place,
    PushKeys,
    PushNew,
    TelegramLink,
)
from kit.contracts.publisher.notices import ChannelName
from kit.errors import AppError
from kit.i18n import Language, mark
from kit.schema import Schema
from kit.site.choices import choices
from kit.site.filled import filled
from kit.site.session import device
from public_interface.pages.account.deeds import done, not_done
from public_interface.pages.account.frame import back, show, words
from public_interface.pages.account.notices import Publisher
from public_interface.rules import device_name

router = APIRouter()
HERE, PHONES = "/account/notices/wishes", "/account/notices/phones"
NAMES = {ChannelName.sms: "SMS", ChannelName.whatsapp: "WhatsApp"}
TRIED = mark("Un message d’essai est en route.")


class PhoneView(Schema):
    """One way to be written to on a phone: its number, or the one that waits for its code."""

    channel: str
    name: str
    place: Place | None
    waiting: str


class PlacesView(Schema):
    """`push_key` and `telegram_bot` are empty where there is no such channel."""

    push_key: str
    devices: list[Place]
    telegram_bot: str
    chats: list[Place]
    phones: list[PhoneView]


class TelegramView(Schema):
    link: TelegramLink
    drawing: str


class DeviceForm(PushKeys):
    """What `<push-device>` sends."""

    endpoint: Endpoint


class PhoneForm(Schema):
    channel: PhoneChannel
    number: Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=40)]


class PhoneCodeForm(Schema):
    channel: PhoneChannel
    code: Annotated[str, StringConstraints(pattern=r"^\s*([0-9]\s*){6}$", max_length=20)]


def places_view(found: Channels, say: Language) -> PlacesView:
    mine = {name: [one for one in found.items if one.channel is name] for name in ChannelName}
    waiting = {ChannelName(one.channel): one.number for one in found.waiting}
    unknown = say(mark("Appareil inconnu"))
    return PlacesView(
        push_key=found.push_key or "",
        devices=[
            one if one.label else one.model_copy(update={"label": unknown})
            for one in mine[ChannelName.web_push]
        ],
        telegram_bot=found.telegram_bot or "",
        chats=mine[ChannelName.telegram],
        phones=[
            PhoneView(
                channel=name,
                name=NAMES[name],
                place=next(iter(mine[name]), None),
                waiting=waiting.get(name, ""),
            )
            for name in NAMES
            if name in found.offered
        ],
    )


@router.post("/account/notices/devices")
async def add_device(request: Request, publisher: Publisher) -> Response:
    typed = await filled(request, DeviceForm, words(request))
    if typed.form is None:  # no browser sends that
        return back(request, HERE, mark("Ce navigateur ne donne rien où lui écrire."), "danger")
    new = PushNew(
        endpoint=typed.form.endpoint,
        keys=PushKeys(p256dh=typed.form.p256dh, auth=typed.form.auth),
        label=device_name(device(request)),
    )
    return await done(
        request, publisher.add_device(new), f"{HERE}#places", mark("Cet appareil est relié.")
    )


@router.post("/account/notices/places/{place_id}/removal")
async def remove(request: Request, place_id: UUID, publisher: Publisher) -> Response:
    removing = publisher.remove_place(place_id)
    return await done(request, removing, f"{HERE}#places", mark("C’est retiré."))


@router.post("/account/notices/places/{place_id}/trial")
async def try_out(request: Request, place_id: UUID, publisher: Publisher) -> Response:
    return await done(request, publisher.try_place(place_id), f"{HERE}#places", TRIED)


@router.post("/account/notices/telegram")
async def connect_telegram(request: Request, publisher: Publisher) -> Response:
    """Show the link that connects a chat: here, and as a drawing for a phone nearby."""
    try:
        link = await publisher.connect_telegram()
    except AppError as error:
        return not_done(request, error, HERE)
    drawing = segno.make(link.url, error="m").svg_data_uri(scale=4, border=0)
    return show(request, "telegram", TelegramView(link=link, drawing=drawing))


@router.post(PHONES)
async def add_phone(request: Request, publisher: Publisher) -> Response:
    typed = await filled(request, PhoneForm, words(request))
    if typed.form is None:
        return back(request, f"{HERE}#places", mark("Écrivez un numéro de mobile."), "danger")
    new = PhoneNew(channel=typed.form.channel, number=typed.form.number)
    sending = publisher.add_phone(new, choices(request).language)
    return await done(request, sending, f"{HERE}#places", mark("Un code part vers ce numéro."))


@router.post(f"{PHONES}/codes")
async def confirm_phone(request: Request, publisher: Publisher) -> Response:
    typed = await filled(request, PhoneCodeForm, words(request))
    if typed.form is None:
        return back(request, f"{HERE}#places", mark("Le code a six chiffres."), "danger")
    given = PhoneCode(channel=typed.form.channel, code="".join(typed.form.code.split()))
    told = mark("Le numéro est relié. Cochez ci-dessus ce qui doit y arriver.")
    return await done(request, publisher.confirm_phone(given), f"{HERE}#places", told)
