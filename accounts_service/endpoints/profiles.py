"""Profiles, avatars, public pages of makers."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query, Request, Response
from pydantic import StringConstraints

from accounts_service.actions import profiles as actions
from accounts_service.endpoints.given import Cursor, SessionsDep
from kit.contracts.accounts.profiles import NO_NUL, Maker, Makers, Profile, ProfileChange
from kit.pages import Limit
from kit.web import CallerDep, ReadSession, Router, Session, limited

router = Router(tags=["profiles"])
FOR_EVER = "public, max-age=31536000, immutable"
BINARY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
WEBP: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/webp": {"schema": {"type": "string", "format": "binary"}}}}
}
Width = Annotated[int, Path(ge=1, le=4000)]
MakerRef = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,60}$", description="the slug or the id")]
CreditName = Annotated[str, StringConstraints(max_length=300, pattern=NO_NUL)]
Names = Annotated[tuple[CreditName, ...], Query(max_length=50, description="those called so")]


@router.get("/me/profile", summary="One's own profile")
async def profile(caller: CallerDep, session: ReadSession) -> Profile:
    return await actions.profile(session, caller)


@router.patch("/me/profile", summary="Change what is given")
async def change(wanted: ProfileChange, caller: CallerDep, session: Session) -> Profile:
    return await actions.change(session, caller, wanted)


@router.put(
    "/me/avatar",
    openapi_extra=BINARY,
    dependencies=[limited("30/minute")],
    summary="Put a picture",
)
async def set_avatar(request: Request, caller: CallerDep, sessions: SessionsDep) -> Profile:
    """Take a JPEG, PNG or WebP as the body."""
    return await actions.set_avatar(sessions, caller, await request.body())


@router.delete("/me/avatar", summary="Take the picture away")
async def delete_avatar(caller: CallerDep, session: Session) -> Profile:
    return await actions.delete_avatar(session, caller)


@router.get(
    "/avatars/{avatar_id}/{width}.webp",
    response_class=Response,
    responses=WEBP,
    summary="A picture of a person",
)
async def avatar(avatar_id: UUID, width: Width, session: ReadSession) -> Response:
    content = await actions.avatar(session, avatar_id, width)
    return Response(content, media_type="image/webp", headers={"Cache-Control": FOR_EVER})


@router.get("/makers", summary="Public pages, the newest accounts first")
async def makers(
    session: ReadSession, cursor: Cursor = None, limit: Limit = 50, names: Names = ()
) -> Makers:
    return await actions.makers(session, cursor, limit, names)


@router.get("/makers/{maker}", summary="A public page")
async def maker(maker: MakerRef, session: ReadSession) -> Maker:
    return await actions.maker(session, maker)
