"""Integrators look after their own programs."""

from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI

from accounts_service.models.programs import ClientSecret
from accounts_service.queries import usage as queries
from kit import clock
from kit.auth import Role
from kit.contracts.accounts import (
    AccountChange,
    AccountNotFound,
    AuditQuery,
    ClientNew,
    ClientNotFound,
    ClientWithSecret,
    SignedIn,
)
from kit.contracts.accounts.clients import (
    ClientCalls,
    ClientCallsTold,
    ClientChange,
    ClientSecretNew,
    LastSecret,
    SecretNotFound,
    TooManySecrets,
)
from kit.errors import Forbidden
from kit.usage import tell
from tests.accounts_service.mails import Mails
from tests.accounts_service.test_studios import acting, again
from tests.factories.accounts import (
    a_viewer,
    account_id,
    an_owner,
    as_service,
    as_stranger,
    set_back,
)
from tests.wiring import http


async def asks(app: FastAPI, client: ClientWithSecret, secret: str = "") -> httpx.Response:
    """Ask for an access token, as the integrator's program does."""
    async with http(app) as http_client:
        return await http_client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(str(client.id), secret or client.secret),
        )


async def a_program_of(app: FastAPI, owner: SignedIn, *scopes: str) -> ClientWithSecret:
    new = ClientNew(name="Sahel TV", scopes=scopes or ("films:read",), owner_id=account_id(owner))
    return await as_service(app).create_client(new)


async def test_an_integrator_sees_and_changes_their_own_program(app: FastAPI) -> None:
    bob = await a_viewer(app, "bob@example.org")
    made = await a_program_of(app, bob, "films:read", "videos:read")
    integrator = acting(app, bob)
    assert [one.id for one in (await integrator.my_clients()).items] == [made.id]
    found = await integrator.client(made.id)
    assert (found.owner_name, [one.hint for one in found.secrets]) == (
        "Charlie",
        [made.secret[-4:]],
    )
    changed = await integrator.change_client(made.id, ClientChange(scopes=("films:read",)))
    assert (changed.scopes, changed.name) == (("films:read",), "Sahel TV")
    for more in ("videos:read", "people:write"):
        with pytest.raises(Forbidden):
            await integrator.change_client(made.id, ClientChange(scopes=("films:read", more)))
    await integrator.revoke_client(made.id)
    assert (await asks(app, made)).status_code == 401


async def test_nobody_sees_the_program_of_another(app: FastAPI) -> None:
    bob, charlie = await a_viewer(app, "bob@example.org"), await a_viewer(app)
    made = await a_program_of(app, bob)
    stranger = acting(app, charlie)
    assert (await stranger.my_clients()).items == ()
    for refused in (
        stranger.client(made.id),
        stranger.change_client(made.id, ClientChange(name="À moi")),
        stranger.rotate_secret(made.id, ClientSecretNew()),
        stranger.end_secret(made.id, uuid4()),
        stranger.usage(made.id),
        stranger.revoke_client(made.id),
    ):
        with pytest.raises(ClientNotFound):
            await refused
    staff = acting(app, await an_owner(app))
    assert (await staff.client(made.id)).id == made.id


async def test_two_secrets_work_while_a_program_changes_over(app: FastAPI, mails: Mails) -> None:
    bob = await a_viewer(app, "bob@example.org")
    made = await a_program_of(app, bob)
    integrator = acting(app, bob)
    rotated = await integrator.rotate_secret(made.id, ClientSecretNew(overlap_hours=2))
    assert timedelta(hours=1) < rotated.others_until - clock.now() <= timedelta(hours=2)
    told = await mails.next("client.secret_rotated")
    assert (told.account_id, told.values["client"]) == (account_id(bob), "Sahel TV")
    assert rotated.secret not in told.model_dump_json()
    for secret in (made.secret, rotated.secret):
        assert (await asks(app, made, secret)).status_code == 200
    with pytest.raises(TooManySecrets):
        await integrator.rotate_secret(made.id, ClientSecretNew())
    await set_back(app, ClientSecret.ends_at, days=1)
    assert (await asks(app, made)).status_code == 401
    assert (await asks(app, made, rotated.secret)).status_code == 200
    (left,) = (await integrator.client(made.id)).secrets
    assert (left.id, left.ends_at) == (rotated.id, None)
    assert left.last_used_at is not None


async def test_a_secret_that_leaked_is_stopped_at_once_but_never_the_last(app: FastAPI) -> None:
    bob = await a_viewer(app, "bob@example.org")
    made = await a_program_of(app, bob)
    integrator = acting(app, bob)
    (first,) = (await integrator.client(made.id)).secrets
    with pytest.raises(LastSecret):
        await integrator.end_secret(made.id, first.id)
    rotated = await integrator.rotate_secret(made.id, ClientSecretNew())
    await integrator.end_secret(made.id, first.id)
    assert (await asks(app, made)).status_code == 401
    assert (await asks(app, made, rotated.secret)).status_code == 200
    with pytest.raises(SecretNotFound):
        await integrator.end_secret(made.id, first.id)
    log = acting(app, await an_owner(app))
    (entry,) = (await log.audit(AuditQuery(action="client.secret_ended"))).items
    assert entry.details == {"hint": made.secret[-4:]}


async def test_a_rotation_without_overlap_stops_the_old_secret(app: FastAPI) -> None:
    bob = await a_viewer(app, "bob@example.org")
    made = await a_program_of(app, bob)
    await acting(app, bob).rotate_secret(made.id, ClientSecretNew(overlap_hours=0))
    assert (await asks(app, made)).status_code == 401


async def test_a_program_of_ones_own_holds_what_its_owner_holds_now(app: FastAPI) -> None:
    bob, dana = await a_viewer(app, "bob@example.org"), await an_owner(app)
    with pytest.raises(Forbidden):
        await acting(app, bob).create_my_client(ClientNew(name="x", scopes=("films:read",)))
    staff = acting(app, dana)
    await staff.change_account(account_id(bob), AccountChange(roles=(Role.moderator,)))
    bob = await again(app, bob)
    new = ClientNew(name="Tableau", scopes=("films:read", "jobs:read"), owner_id=account_id(dana))
    made = await acting(app, bob).create_my_client(new)
    assert made.owner_id == account_id(bob)
    assert (await asks(app, made)).json()["scope"] == "films:read jobs:read"
    await staff.change_account(account_id(bob), AccountChange(roles=()))
    assert (await asks(app, made)).json()["scope"] == ""


async def test_the_program_of_somebody_suspended_gets_no_token(app: FastAPI) -> None:
    bob, dana = await a_viewer(app, "bob@example.org"), await an_owner(app)
    made = await a_program_of(app, bob)
    await acting(app, dana).suspend(account_id(bob), "Partenariat terminé")
    assert (await asks(app, made)).status_code == 401


async def test_a_program_has_no_owner_that_does_not_exist(app: FastAPI) -> None:
    new = ClientNew(name="x", scopes=("films:read",), owner_id=uuid4())
    with pytest.raises(AccountNotFound):
        await as_service(app).create_client(new)


async def test_calls_are_counted_and_told(app: FastAPI) -> None:
    bob = await a_viewer(app, "bob@example.org")
    made = await a_program_of(app, bob, "people:write")
    program = as_stranger(app).acting((await asks(app, made)).json()["access_token"])
    for _ in range(3):
        await program.accounts()
    for _ in range(2):  # told again, it is the same
        app.state.usage.untold = set(app.state.usage.counts)
        await tell(app.state.usage, as_service(app, "accounts_service"))
    found = await acting(app, bob).usage(made.id)
    assert (found.total, found.days[0].service) == (3, "accounts_service")
    assert app.state.usage.news() is None


async def test_a_day_that_is_over_is_one_row_with_the_same_sum(app: FastAPI) -> None:
    bob = await a_viewer(app, "bob@example.org")
    made = await a_program_of(app, bob)
    day = clock.now().date() - timedelta(days=3)
    count = ClientCalls(client_id=made.id, day=day, calls=5)
    unknown = ClientCalls(client_id=uuid4(), day=day, calls=9)
    told = ClientCallsTold(process=uuid4(), service="catalog_service", counts=(count, unknown))
    for process in (uuid4(), uuid4()):
        one = told.model_copy(update={"process": process})
        await as_service(app, "catalog_service").tell_calls(one)
    for _ in range(2):
        async with app.state.database.sessions.begin() as session:
            await queries.fold_calls(session, day + timedelta(days=1), day)
    assert (await acting(app, bob).usage(made.id)).total == 10
    assert (await acting(app, bob).usage(made.id, days=3)).total == 0
    with pytest.raises(Forbidden):
        await acting(app, bob).tell_calls(told)
