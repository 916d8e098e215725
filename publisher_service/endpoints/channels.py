"""Where somebody is reached, and what Telegram and providers tell us about it."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Header, Query, Request, Response

from kit.contracts.publisher.channel_errors import WrongCode
from kit.contracts.publisher.channels import (
    Channels,
    PhoneChannel,
    PhoneCode,
    PhoneNew,
    Place,
    PushNew,
    TelegramLink,
    Waiting,
)
from kit.contracts.publisher.notices import ChannelName, Locale
from kit.web import CallerDep, ReadSession, Router, Session, database, limited
from publisher_service.actions import phones, places, talking
from publisher_service.endpoints.given import LimiterDep, ToolsDep

router = Router(tags=["channels"])


@router.get("/channels", summary="Where I am reached, and where I could be")
async def channels(caller: CallerDep, session: ReadSession, tools: ToolsDep) -> Channels:
    return await places.listed(session, tools, caller)


@router.put("/channels/devices", summary="Let this browser be told")
async def add_device(new: PushNew, caller: CallerDep, session: Session, tools: ToolsDep) -> Place:
    return await places.add_device(session, tools, caller, new)


@router.post("/channels/telegram", status_code=201, summary="A link that connects a chat")
async def connect_telegram(caller: CallerDep, session: Session, tools: ToolsDep) -> TelegramLink:
    return await talking.link(session, tools, caller)


@router.post(
    "/channels/phones",
    status_code=202,
    summary="Send a code to a number",
    dependencies=[limited("20/hour", "phones")],
)
async def add_phone(
    new: PhoneNew,
    caller: CallerDep,
    session: Session,
    tools: ToolsDep,
    limiter: LimiterDep,
    locale: Locale = "fr",
) -> Waiting:
    return await phones.send_code(session, tools, limiter, caller, new, locale)


@router.post("/channels/phones/codes", summary="Prove that a number is mine")
async def confirm_phone(
    given: PhoneCode, caller: CallerDep, request: Request, tools: ToolsDep
) -> Place:
    async with database(request).sessions.begin() as session:
        found = await phones.confirm(session, tools, caller, given)
    if found is None:  # raised here, so that the wrong guess stays counted
        raise WrongCode
    return found


@router.delete("/channels/places/{place_id}", status_code=204, summary="Tell me there no more")
async def remove_place(place_id: UUID, caller: CallerDep, session: Session) -> Response:
    await places.remove(session, caller, place_id)
    return Response(status_code=204)


@router.post("/channels/places/{place_id}/trials", status_code=202, summary="Try one place out")
async def try_place(
    place_id: UUID, caller: CallerDep, session: Session, tools: ToolsDep, limiter: LimiterDep
) -> Response:
    await places.try_out(session, tools, limiter, caller, place_id)
    return Response(status_code=202)


@router.post("/telegram/updates", summary="What people tell the bot, by Telegram's webhook")
async def hear(
    update: dict[str, Any],
    session: Session,
    tools: ToolsDep,
    secret: Annotated[str, Header(alias="X-Telegram-Bot-Api-Secret-Token")] = "",
) -> dict[str, str]:
    """Answer with the method that Telegram is to call for us."""
    talking.check_secret(tools, secret)
    reply = await talking.hear(session, tools, update)
    if reply is None:
        return {}
    return {"method": "sendMessage", "chat_id": reply.chat, "text": reply.text}


@router.post(
    "/phones/reports/{channel}",
    status_code=204,
    summary="What became of a message, by its provider",
)
async def report(
    channel: PhoneChannel,
    request: Request,
    session: Session,
    tools: ToolsDep,
    shown: Annotated[str, Header(alias="X-Report-Secret")] = "",
    secret: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Take the secret from the header, or from the address where a provider sends no headers."""
    phones.check_secret(tools, shown or secret)
    await phones.report(session, tools, ChannelName(channel), await _told(request))
    return Response(status_code=204)


async def _told(request: Request) -> dict[str, Any]:
    """Return a report's fields, sent as JSON or as a form; nothing when it is neither."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {name: str(value) for name, value in (await request.form()).items()}
    try:
        found = await request.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
