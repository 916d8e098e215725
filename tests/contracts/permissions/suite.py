"""One app of each service, alone in the world, with what its doors need to be knocked at."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from accounts_service.actions import clients, invitations, own_clients, studios
from accounts_service.queries import people
from kit.auth import Caller
from kit.clock import now
from kit.contracts.accounts import ClientNew
from kit.contracts.accounts.studios import InvitationNew, StudioNew
from kit.contracts.publisher.client import PublisherClient
from kit.db import new_id
from tests.accounts_service.mails import Mails
from tests.conftest import DatabaseUrl, Start
from tests.contracts.permissions.visitors import Show, people_of, strangers_to
from tests.transcoder_service.world import settings_in
from tests.wiring import http

SERVICES = (
    "accounts_service",
    "catalog_service",
    "gateway",
    "payments_service",
    "publisher_service",
    "sentinel",
    "tokens_service",
    "transcoder_service",
)
OWN = {"database_url", "valkey_url"}
NOWHERE = "http://127.0.0.1:9"
Values = Mapping[str, Any]


@dataclass(frozen=True)
class House:
    """A service that runs; `things` are ids of what belongs to others, by the names of slots."""

    app: FastAPI
    show: Show
    things: Callable[[], Awaitable[Values]]


async def open_house(
    service: str, database_url: DatabaseUrl, valkey_url: str, folder: Path, start: Start
) -> House:
    url = f"file:{folder}/tokens" if service == "tokens_service" else database_url(service)
    app = await start(new_app(service, folder, database_url=url, valkey_url=valkey_url))
    app.state.limiter.enabled = False
    if service == "accounts_service":
        return House(app, people_of(app), lambda: _things_of_others(app))
    return House(app, strangers_to(app), _nothing)


def new_app(service: str, folder: Path, **values: Any) -> FastAPI:
    """Return the app, not started; none of its siblings answers."""
    settings = import_module(f"{service}.settings").Settings
    if service == "transcoder_service":
        made = settings_in(folder, **values)
    else:
        made = settings(**{**_nowhere(folder, settings.model_fields), **values})
    more: dict[str, Any] = {"targets": {}} if service == "sentinel" else {}
    tells = [PublisherClient(http(Mails().app))] if service == "accounts_service" else []
    app: FastAPI = import_module(f"{service}.app").create_app(made, *tells, **more)
    return app


def _nowhere(folder: Path, fields: Iterable[str]) -> Values:
    """Return settings by which a service reaches nobody, and writes into `folder` alone."""
    urls = {name: NOWHERE for name in fields if name.endswith("_url") and name not in OWN}
    return {**urls, "environment": "test", "media_url": str(folder / "media")}


async def _nothing() -> Values:
    return {}


async def _things_of_others(app: FastAPI) -> Values:
    """Make a studio with a member and a guest, and a program: none of them any visitor's."""
    suite = Caller("service", id="tests", name="tests")
    async with app.state.database.sessions.begin() as session:
        account = await people.new_account(session, f"{new_id()}@example.org", "Alice", now())
        assert account is not None
        opened = StudioNew(name="Autre Rive", producer_id=account.id)
        studio = await studios.open_studio(session, suite, opened)
        guest = InvitationNew(email="guest@example.org", studio_id=studio.id, studio_role="crew")
        invitation = await invitations.invite(session, app.state.tools, suite, guest)
        new = ClientNew(name="Sahel TV", scopes=("films:read",), owner_id=account.id)
        client = await clients.create(session, suite, new)
        details = await own_clients.client(session, suite, client.id)
    return {
        "studio_id": str(studio.id),
        "account_id": str(account.id),
        "invitation_id": str(invitation.id),
        "client_id": str(client.id),
        "secret_id": str(details.secrets[0].id),
    }
