"""What the handlers are given: the library's key checked, and the tools of the app."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import APIKeyHeader

from kit.contracts.transcoder import wire
from kit.contracts.transcoder.signatures import same
from kit.db import Database
from kit.errors import Forbidden, Unauthenticated
from transcoder_service.actions.origin import Origin
from transcoder_service.actions.uploads import Desk
from transcoder_service.providers.fetching import Fetcher
from transcoder_service.providers.spool import Spool
from transcoder_service.providers.storage import Storage
from transcoder_service.providers.webhooks import Messenger
from transcoder_service.settings import Settings

_key = APIKeyHeader(name="AccessKey", auto_error=False, description="The library's key.")
Key = Annotated[str | None, Security(_key)]
# What Bunny documents of every operation; a body with text is a StatusModel.
ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"model": wire.Status, "description": "The request was refused"},
    401: {"model": wire.Status, "description": "The request authentication failed"},
    403: {"model": wire.Status, "description": "The request authorization failed"},
    404: {"model": wire.Status, "description": "It was not found"},
    503: {"model": wire.Status, "description": "The library cannot answer at the moment"},
}


class KeyRefused(Unauthenticated):
    """Authentication has been denied for this request."""


class KeyReadsOnly(Forbidden):
    """This key may only read."""


@dataclass(frozen=True)
class Tools:
    """What the app holds besides its database."""

    settings: Settings
    storage: Storage
    spool: Spool
    messenger: Messenger
    fetcher: Fetcher
    origin: Origin

    def desk(self, database: Database) -> Desk:
        return Desk(database.sessions.begin, self.spool, self.storage, self.settings)


async def _tools(request: Request) -> Tools:
    found: Tools = request.app.state.tools
    return found


ToolsDep = Annotated[Tools, Depends(_tools)]


async def _desk(request: Request, tools: ToolsDep) -> Desk:
    return tools.desk(request.app.state.database)


async def _settings(tools: ToolsDep) -> Settings:
    return tools.settings


DeskDep = Annotated[Desk, Depends(_desk)]
SettingsDep = Annotated[Settings, Depends(_settings)]


async def _reader(library_id: str, key: Key, settings: SettingsDep) -> int:
    if not may_read(settings, library_id, key):
        raise KeyRefused
    return settings.library_id


async def _writer(library_id: str, key: Key, settings: SettingsDep) -> int:
    if not may_read(settings, library_id, key):
        raise KeyRefused
    if not same(key or "", settings.api_key.get_secret_value()):
        raise KeyReadsOnly
    return settings.library_id


Reader = Annotated[int, Depends(_reader)]
Writer = Annotated[int, Depends(_writer)]


def may_read(settings: Settings, library_id: str, key: str | None) -> bool:
    """Say whether this key opens this library, be it for reading only."""
    keys = (settings.api_key, settings.read_only_key)
    good = [same(key or "", known.get_secret_value()) for known in keys]
    return any(good) and library_id == str(settings.library_id)
