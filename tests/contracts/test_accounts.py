"""The client speaks what accounts_service serves, errors included; and nothing upsets it."""

from uuid import uuid4

import pytest
from fastapi import FastAPI

from accounts_service.app import create_app
from accounts_service.settings import Settings
from kit import clock
from kit.auth import service_token
from kit.contracts.accounts import (
    AccountChange,
    AccountNotFound,
    AuditEntryDiffers,
    AuditEntryNew,
    AuditQuery,
    ClientNew,
    ClientNotFound,
    Role,
    UnknownScope,
)
from kit.errors import Invalid
from tests.conftest import DatabaseUrl, Start
from tests.factories.accounts import a_program, a_viewer, an_owner, as_service, as_stranger
from tests.fuzzing import upsets


@pytest.fixture
async def app(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    settings = Settings(
        environment="test", database_url=database_url("accounts_service"), valkey_url=valkey_url
    )
    return await start(create_app(settings))


def an_entry(**changes: object) -> AuditEntryNew:
    values = {
        "id": uuid4(),
        "at": clock.now(),
        "service": "catalog_service",
        "actor_kind": "person",
        "actor_id": "dana",
        "actor_name": "Dana",
        "action": "film.published",
        "target": "film/1",
        "details": {"title": "Sira"},
    }
    return AuditEntryNew(**(values | changes))


async def test_an_account_is_found_and_changed(app: FastAPI) -> None:
    owner, viewer = await an_owner(app), await a_viewer(app)
    admin = as_stranger(app).acting(owner.access_token)
    (found,) = (await admin.accounts(q="CHARLIE@")).items
    assert found.id == viewer.account.id
    changed = await admin.change_account(found.id, AccountChange(roles=(Role.admin,)))
    assert (changed.roles, changed.name) == (("admin",), found.name)
    (entry,) = (await admin.audit(AuditQuery(action="account.changed"))).items
    assert entry.actor_name == "Dana Agbeko"
    assert entry.details == {"before": {"roles": []}, "after": {"roles": ["admin"]}}


async def test_a_service_speaks_on_behalf_of_a_person(app: FastAPI) -> None:
    owner = await an_owner(app)
    dashboard = as_service(app, "admin_interface").acting(owner.access_token)
    assert (await dashboard.me()).id == owner.account.id
    await dashboard.create_client(ClientNew(name="Sahel TV", scopes=("films:read",)))
    (entry,) = (await dashboard.audit(AuditQuery(action="client.created"))).items
    assert entry.actor_id == str(owner.account.id)


async def test_lists_are_paged(app: FastAPI) -> None:
    made = [(await a_program(app)).id for _ in range(5)]
    client = as_service(app)
    seen, cursor = [], None
    for _ in range(3):
        page = await client.clients(cursor=cursor, limit=2)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
    assert seen == made[::-1]
    assert cursor is None
    log, cursor = [], None
    for _ in range(5):
        entries = await client.audit(AuditQuery(action="client.created"), cursor=cursor, limit=1)
        log += [item.target for item in entries.items]
        cursor = entries.next_cursor
    assert log == [str(client_id) for client_id in made[::-1]]


@pytest.mark.parametrize("cursor", ["x", "W10", "WzFd", "WyIyMDI2LTAxLTAxIiwgMV0"])
async def test_a_made_up_cursor_is_invalid(app: FastAPI, cursor: str) -> None:
    client = as_service(app)
    for call in (client.audit, client.clients, client.accounts):
        with pytest.raises(Invalid):
            await call(cursor=cursor)


async def test_an_entry_told_twice_is_one_entry(app: FastAPI) -> None:
    client, entry = as_service(app, "catalog_service"), an_entry()
    first = await client.record(entry)
    assert await client.record(entry) == first
    with pytest.raises(AuditEntryDiffers):
        await client.record(entry.model_copy(update={"target": "film/2"}))
    assert len((await client.audit()).items) == 1


async def test_the_log_is_filtered(app: FastAPI) -> None:
    client = as_service(app)
    old = an_entry(at=clock.now().replace(year=2020), actor_id="bob", service="gateway")
    new = an_entry(action="film.withdrawn", target="film/9")
    for entry in (old, new):
        await client.record(entry)
    for filters, found in [
        (AuditQuery(actor_id="bob"), old),
        (AuditQuery(service="gateway"), old),
        (AuditQuery(until=clock.now().replace(year=2021)), old),
        (AuditQuery(since=clock.now().replace(year=2021)), new),
        (AuditQuery(action="film.withdrawn"), new),
        (AuditQuery(target="film/9"), new),
    ]:
        assert [item.id for item in (await client.audit(filters)).items] == [found.id]


async def test_an_error_comes_back_as_itself(app: FastAPI) -> None:
    client = as_service(app)
    with pytest.raises(AccountNotFound):
        await client.change_account(uuid4(), AccountChange(name="Eve"))
    with pytest.raises(ClientNotFound):
        await client.revoke_client(uuid4())
    with pytest.raises(UnknownScope) as caught:
        await client.create_client(ClientNew(name="x", scopes=("films:eat",)))
    assert "films:read" in caught.value.extra["known"]


async def test_nothing_upsets_it(app: FastAPI) -> None:
    app.state.limiter.enabled = False
    secret = app.state.settings.suite_secret.get_secret_value()
    token = service_token(secret, "suite", "accounts_service")
    nobody: dict[str, str] = {}
    assert await upsets(app, {"Authorization": f"Suite {token}"}, 15, nobody) == []
