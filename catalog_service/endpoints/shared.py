"""What the handlers here have in common."""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from catalog_service.rules.playback import Delivery
from catalog_service.settings import Settings
from kit.auth import Caller, may
from kit.errors import Forbidden, Unauthenticated
from kit.web import CallerDep, needs

Reader = Annotated[Caller, needs("films:read")]
Editor = Annotated[Caller, needs("films:write")]
Syncer = Annotated[Caller, needs("sync:write")]
Ref = Annotated[str, Path(min_length=1, max_length=200, description="the id or the slug")]
Cursor = Annotated[str | None, Query(max_length=600)]
All = Annotated[bool, Query(alias="all", description="what the public does not see as well")]


async def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


async def _sibling(caller: CallerDep) -> Caller:
    """Let services of the suite in, and nobody else."""
    if caller.kind == "anonymous":
        raise Unauthenticated
    if caller.kind != "service":
        raise Forbidden("Only services of the suite may do this.")
    return caller


SettingsDep = Annotated[Settings, Depends(_settings)]
Sibling = Annotated[Caller, Depends(_sibling)]


def delivery(settings: Settings) -> Delivery:
    key = settings.bunny_cdn_key.get_secret_value()
    return Delivery(settings.bunny_cdn_url, key, settings.grant_seconds)


def check_reader(caller: Caller) -> None:
    """Raise unless the caller may see what the public does not."""
    if caller.kind == "anonymous":
        raise Unauthenticated
    if not may(caller, "films:read"):
        raise Forbidden(permission="films:read")
