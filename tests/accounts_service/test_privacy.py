"""Consents, a copy of everything, and being forgotten."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

import tokens_service.app
from accounts_service.actions import forgetting
from accounts_service.models.people import Account
from accounts_service.providers.siblings import siblings
from accounts_service.queries import privacy as queries
from kit import clock
from kit.client import ServiceClient
from kit.contracts.accounts import AccountsClient, LastOwner, SessionEnded, WrongCredentials
from kit.contracts.accounts.profiles import (
    ConsentChange,
    DeletionNew,
    DeletionPlanned,
    Export,
    ExportNotFound,
    ExportUnderWay,
    InChildProfile,
    NoDeletionPlanned,
    PinChange,
    ProofNeeded,
    Purpose,
    ViewingProfileNew,
)
from kit.contracts.tokens import Token, TokensClient
from kit.errors import Forbidden, NotFound, Unauthenticated
from tests.accounts_service.mails import Mails, secrets_of
from tests.conftest import Start
from tests.factories import tokens
from tests.factories.accounts import PASSWORD, a_viewer, an_owner, as_service, as_stranger
from tests.wiring import http
from tokens_service.settings import Settings as TokensSettings


@pytest.fixture
async def tokens_app(tmp_path: Path, valkey_url: str, start: Start) -> FastAPI:
    url = f"file:{tmp_path / 'tokens.sqlite'}"
    settings = TokensSettings(environment="test", database_url=url, valkey_url=valkey_url)
    return await start(tokens_service.app.create_app(settings, AccountsClient(http(FastAPI()))))


@pytest.fixture
def others(tokens_app: FastAPI) -> list[ServiceClient]:
    return [tokens.as_service(tokens_app, "accounts_service")]


async def charlie(app: FastAPI) -> tuple[AccountsClient, UUID]:
    found = await a_viewer(app)
    return as_stranger(app).acting(found.access_token), found.account.id


async def a_code_of(tokens_app: FastAPI, account_id: UUID) -> Token:
    made = await tokens.a_token(tokens_app)
    return await tokens.as_service(tokens_app).set_holder(made.id, account_id)


def unpacked(archive: bytes) -> dict[str, dict[str, list[dict[str, object]]]]:
    """Return the parts each service told, by its name."""
    with zipfile.ZipFile(io.BytesIO(archive)) as found:
        names = [name for name in found.namelist() if name.endswith(".json")]
        return {name[:-5]: json.loads(found.read(name))["parts"] for name in names}


async def begin_deletions(app: FastAPI) -> None:
    """Do what the schedule does."""
    async with app.state.database.sessions.begin() as session:
        await forgetting.start_due_deletions(session)


async def build(app: FastAPI, others: list[ServiceClient], made: Export) -> None:
    """Do what the job does."""
    transaction = app.state.database.sessions.begin
    await forgetting.build_export(transaction, app.state.tools, others, made.id)


async def test_every_word_on_a_purpose_is_kept_and_the_last_one_counts(app: FastAPI) -> None:
    me, _ = await charlie(app)
    await me.consent(Purpose.newsletter, ConsentChange(granted=True, version="2026-11"))
    await me.consent(Purpose.statistics, ConsentChange(granted=False))
    last = await me.consent(Purpose.newsletter, ConsentChange(granted=False, version="2026-11"))
    found = await me.consents()
    assert {one.purpose: one.granted for one in found.current} == {
        Purpose.newsletter: False,
        Purpose.statistics: False,
    }
    assert [one.granted for one in found.history] == [False, False, True]
    assert last in found.current
    assert (await me.privacy()).consents == found


async def test_a_copy_of_everything_holds_what_all_services_know(
    app: FastAPI, others: list[ServiceClient], tokens_app: FastAPI, mails: Mails
) -> None:
    me, account_id = await charlie(app)
    code = await a_code_of(tokens_app, account_id)
    await me.consent(Purpose.terms, ConsentChange(granted=True))
    made = await me.ask_export()
    assert made.state == "queued"
    with pytest.raises(ExportUnderWay):
        await me.ask_export()
    with pytest.raises(ExportNotFound):
        await me.export_archive(made.id)
    await build(app, others, made)
    told = await mails.next("account.export_ready")
    assert (told.account_id, secrets_of(told)["link"][-16:]) == (account_id, "/account/privacy")
    ready = (await me.exports()).items[0]
    assert ready.state == "ready"
    content = await me.export_archive(made.id)
    assert len(content) == ready.size
    files = unpacked(content)
    own, codes = files["accounts_service"], files["tokens_service"]["codes"]
    assert own["account"][0]["email"] == "charlie@example.org"
    assert own["consents"][0]["purpose"] == "terms"
    assert own["sessions"]
    assert [one["code"] for one in codes] == [code.code]
    assert PASSWORD not in str(own)
    assert "hash" not in str(own)


async def test_a_copy_is_whole_or_not_made(app: FastAPI) -> None:
    me, _ = await charlie(app)
    made = await me.ask_export()
    away = TokensClient(http(FastAPI()))
    with pytest.raises(NotFound, match="answered 404"):
        await build(app, [away], made)
    assert (await me.exports()).items[0].state == "queued"
    async with app.state.database.sessions.begin() as session:
        await forgetting.fail_export(session, made.id)
    assert (await me.exports()).items[0].state == "failed"
    await me.ask_export()


async def test_a_copy_is_nobody_elses_and_expires(
    app: FastAPI, others: list[ServiceClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    me, _ = await charlie(app)
    made = await me.ask_export()
    await build(app, others, made)
    bob = as_stranger(app).acting((await a_viewer(app, "bob@example.org")).access_token)
    with pytest.raises(ExportNotFound):
        await bob.export_archive(made.id)
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=8))
    with pytest.raises(ExportNotFound):
        await me.export_archive(made.id)
    async with app.state.database.sessions.begin() as session:
        await queries.expire_exports(session, clock.now())
    assert (await me.exports()).items[0].state == "expired"


async def test_a_deletion_is_planned_and_can_be_taken_back(app: FastAPI) -> None:
    me, _ = await charlie(app)
    planned = await me.plan_deletion(DeletionNew(password=PASSWORD))
    assert planned.due_at - planned.requested_at == timedelta(days=30)
    assert (await me.privacy()).deletion == planned
    with pytest.raises(DeletionPlanned):
        await me.plan_deletion(DeletionNew(password=PASSWORD))
    await me.take_back_deletion()
    assert (await me.privacy()).deletion is None
    with pytest.raises(NoDeletionPlanned):
        await me.take_back_deletion()


async def test_a_deletion_takes_the_password_or_a_fresh_sign_in(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, _ = await charlie(app)
    with pytest.raises(WrongCredentials):
        await me.plan_deletion(DeletionNew(password="not this one"))
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(minutes=11))
    with pytest.raises(ProofNeeded):
        await me.plan_deletion(DeletionNew())
    monkeypatch.setattr(clock, "now", real)
    await me.plan_deletion(DeletionNew())


async def test_a_child_neither_deletes_nor_takes_everything_away(app: FastAPI) -> None:
    me, _ = await charlie(app)
    await me.set_viewing_pin(PinChange(pin="2580"))
    child = await me.create_viewing_profile(ViewingProfileNew(name="Ama", max_age=7))
    await me.enter_viewing_profile(child.id)
    with pytest.raises(InChildProfile):
        await me.plan_deletion(DeletionNew(password=PASSWORD))
    with pytest.raises(InChildProfile):
        await me.ask_export()


async def test_the_last_owner_stays(app: FastAPI) -> None:
    dana = as_stranger(app).acting((await an_owner(app)).access_token)
    with pytest.raises(LastOwner):
        await dana.plan_deletion(DeletionNew(password=PASSWORD))


async def test_when_the_grace_is_over_everybody_forgets(
    app: FastAPI,
    others: list[ServiceClient],
    tokens_app: FastAPI,
    mails: Mails,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    me, account_id = await charlie(app)
    code = await a_code_of(tokens_app, account_id)
    await me.plan_deletion(DeletionNew(password=PASSWORD))
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=31))
    await begin_deletions(app)
    monkeypatch.setattr(clock, "now", real)
    transaction = app.state.database.sessions.begin
    for _ in range(2):  # the job may run twice
        await forgetting.delete_account(transaction, others, account_id)
    with pytest.raises((SessionEnded, NotFound)):
        await me.me()
    assert (await mails.next("account.deletion_planned")).account_id == account_id
    assert (await mails.next("account.deleted")).email == "charlie@example.org"
    assert (await tokens.as_service(tokens_app).token(code.id)).account_id is None
    known = await as_service(app).personal_data(account_id)
    assert [name for name, part in known.parts.items() if part and name != "log"] == []
    assert known.parts["log"]
    assert {(one["actor_name"], str(one["details"])) for one in known.parts["log"]} <= {
        ("", "{}"),
        ("accounts_service", "{}"),
    }


async def test_a_deletion_begins_when_it_is_due_and_is_final_then(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    me, account_id = await charlie(app)
    await me.plan_deletion(DeletionNew(password=PASSWORD))
    await begin_deletions(app)
    await me.take_back_deletion()
    await me.plan_deletion(DeletionNew(password=PASSWORD))
    real = clock.now
    monkeypatch.setattr(clock, "now", lambda: real() + timedelta(days=31))
    await begin_deletions(app)
    monkeypatch.setattr(clock, "now", real)
    # From here on the job works too: sooner or later it has ended the session.
    with pytest.raises((NoDeletionPlanned, SessionEnded)):
        await me.take_back_deletion()
    async with app.state.database.sessions() as session:
        begun = await queries.deletion(session, account_id)
        assert begun is not None
        assert begun.started_at is not None
        assert await session.get(Account, account_id) is not None  # the others do not answer


async def test_only_a_deletion_changes_the_log_and_only_so_far(app: FastAPI) -> None:
    await charlie(app)
    change = text("UPDATE audit_entry SET action = 'nothing', details = '{}'")
    for forgetting_now in ("off", "on"):
        async with app.state.database.sessions() as session:
            setting = text("SELECT set_config('accounts.forgetting', :on, true)")
            await session.execute(setting, {"on": forgetting_now})
            with pytest.raises(DBAPIError, match="only ever added to"):
                await session.execute(change)


async def test_only_services_ask_what_is_known_of_a_person(app: FastAPI) -> None:
    me, account_id = await charlie(app)
    with pytest.raises(Forbidden):
        await me.personal_data(account_id)
    with pytest.raises(Unauthenticated):
        await as_stranger(app).personal_data(account_id)


async def test_every_service_that_knows_people_is_asked(app: FastAPI) -> None:
    made: dict[type[ServiceClient], ServiceClient] = {}
    asked = siblings(app.state.settings, made)
    assert [client.SERVICE for client in asked] == [
        "tokens_service",
        "publisher_service",
        "payments_service",
        "catalog_service",
        "gateway",
    ]
    for client in asked:
        await client.close()
