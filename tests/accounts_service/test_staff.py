"""What staff does with people: looking, suspending, acting as a viewer, merging; all of it seen."""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from kit import clock
from kit.auth import ActingReadOnly, Role, StudioRole
from kit.contracts.accounts import (
    AccountChange,
    AccountState,
    AuditQuery,
    ClientNew,
    LastOwner,
    OwnersOnly,
    PasswordChange,
    SessionEnded,
    SignedIn,
    SignIn,
    WrongCredentials,
)
from kit.contracts.accounts.factors import ConfirmationNeeded
from kit.contracts.accounts.identity import SignUp
from kit.contracts.accounts.studios import (
    ActingNew,
    ActingNotFound,
    ActingSpent,
    ActingToken,
    CannotMerge,
    EmailUnverified,
    NotAViewer,
    StudioNew,
)
from kit.errors import Forbidden, Invalid
from tests.accounts_service.mails import Mails
from tests.accounts_service.test_studios import a_studio, acting
from tests.factories.accounts import (
    PASSWORD,
    a_viewer,
    account_id,
    an_admin,
    an_owner,
    as_service,
    as_stranger,
)
from tests.wiring import http

WHY = ActingNew(why="Le lecteur reste noir", minutes=10)


async def acts(app: FastAPI, admin: SignedIn, viewer: SignedIn) -> ActingToken:
    started = await acting(app, admin).act_as(account_id(viewer), WHY)
    return await as_stranger(app).use_acting(started.link.rpartition("/")[2])


async def test_an_admin_sees_what_a_viewer_sees(app: FastAPI) -> None:
    dana, charlie = await an_owner(app), await a_viewer(app)
    token = await acts(app, dana, charlie)
    assert 0 < token.expires_in <= 600
    as_charlie = as_stranger(app).acting(token.access_token)
    assert (await as_charlie.me()).id == account_id(charlie)
    caller = await app.state.keys.caller(token.access_token)
    assert (caller.id, caller.actor) == (str(account_id(charlie)), str(account_id(dana)))
    assert (await as_charlie.current_acting()).admin_name == "Dana Agbeko"
    with pytest.raises(ActingNotFound):
        await acting(app, charlie).current_acting()


async def test_whoever_acts_as_a_viewer_changes_nothing(app: FastAPI) -> None:
    dana, charlie = await an_owner(app), await a_viewer(app)
    token = (await acts(app, dana, charlie)).access_token
    as_charlie = as_stranger(app).acting(token)
    behind_a_portal = as_service(app, "public_interface").acting(token)
    for person in (as_charlie, behind_a_portal):
        for refused in (
            person.change_password(PasswordChange(current=PASSWORD, new="autre lagune 27")),
            person.sign_out(),
            person.sign_out_everywhere(),
            person.open_studio(StudioNew(name="À lui")),
            person.act_as(account_id(charlie), WHY),
            person.create_my_client(ClientNew(name="x", scopes=("films:read",))),
        ):
            with pytest.raises(ActingReadOnly):
                await refused
    assert (await acting(app, charlie).me()).id == account_id(charlie)


async def test_the_viewer_is_told_and_can_look_it_up_and_end_it(app: FastAPI, mails: Mails) -> None:
    dana, charlie = await an_owner(app), await a_viewer(app)
    token = await acts(app, dana, charlie)
    told = await mails.next("account.acted_as")
    assert (told.account_id, told.values["admin"]) == (account_id(charlie), "Dana Agbeko")
    me = acting(app, charlie)
    (access,) = (await me.accesses()).items
    assert (access.by, access.what, access.why) == ("Dana Agbeko", "personal.acted_as", WHY.why)
    (seen,) = (await me.actings(account_id(charlie))).items
    assert seen.why == WHY.why
    await me.sign_out_everywhere()
    with pytest.raises(SessionEnded):
        await as_stranger(app).acting(token.access_token).me()


async def test_acting_is_stopped_with_its_own_token(app: FastAPI) -> None:
    dana, charlie = await an_owner(app), await a_viewer(app)
    as_charlie = as_stranger(app).acting((await acts(app, dana, charlie)).access_token)
    await as_charlie.stop_acting()
    with pytest.raises(SessionEnded):
        await as_charlie.me()
    (seen,) = (await acting(app, dana).actings(account_id(charlie))).items
    assert seen.ended_at is not None


async def test_the_link_to_act_works_once_and_for_two_minutes(app: FastAPI) -> None:
    dana, charlie = await an_owner(app), await a_viewer(app)
    link = (await acting(app, dana).act_as(account_id(charlie), WHY)).link
    await as_stranger(app).use_acting(link.rpartition("/")[2])
    with pytest.raises(ActingSpent):
        await as_stranger(app).use_acting(link.rpartition("/")[2])
    late = (await acting(app, dana).act_as(account_id(charlie), WHY)).link
    async with app.state.database.sessions.begin() as session:
        past = clock.now() - timedelta(minutes=2)
        await session.execute(text("UPDATE acting SET started_at = :past"), {"past": past})
    with pytest.raises(ActingSpent):
        await as_stranger(app).use_acting(late.rpartition("/")[2])


async def test_only_a_viewer_can_be_acted_as_and_only_by_an_admin(app: FastAPI) -> None:
    dana, bob, charlie = await an_owner(app), await an_admin(app), await a_viewer(app)
    for other in (dana, bob):
        with pytest.raises(NotAViewer):
            await acting(app, bob).act_as(account_id(other), WHY)
    with pytest.raises(Forbidden):
        await acting(app, charlie).act_as(account_id(bob), WHY)
    with pytest.raises(Forbidden):
        await as_service(app).act_as(account_id(charlie), WHY)
    with pytest.raises(Invalid):
        await acting(app, bob).act_as(account_id(charlie), ActingNew.model_construct(why="x"))


async def test_dangerous_deeds_ask_again_who_it_is(app: FastAPI) -> None:
    dana, charlie = await an_owner(app), await a_viewer(app)
    async with app.state.database.sessions.begin() as session:
        await session.execute(text("UPDATE session_proof SET confirmed_at = now() - interval '1h'"))
    with pytest.raises(ConfirmationNeeded):
        await acting(app, dana).act_as(account_id(charlie), WHY)
    with pytest.raises(ConfirmationNeeded):
        await acting(app, dana).merge(account_id(dana), account_id(charlie), "Un doublon")


async def test_looking_at_somebody_leaves_a_trace(app: FastAPI) -> None:
    dana, charlie = await an_owner(app), await a_viewer(app)
    staff = acting(app, dana)
    await staff.account(account_id(charlie))
    await as_service(app).account(account_id(charlie))
    await staff.accounts(q="charlie@")
    (access,) = (await acting(app, charlie).accesses()).items
    assert (access.by, access.what) == ("Dana Agbeko", "personal.read")
    (search,) = (await staff.audit(AuditQuery(action="personal.searched"))).items
    assert search.details == {"q": "charlie@", "found": 1}


async def test_who_is_suspended_is_signed_out_told_and_let_in_again_later(
    app: FastAPI, mails: Mails
) -> None:
    dana, charlie = await an_owner(app), await a_viewer(app)
    staff = acting(app, dana)
    suspended = await staff.suspend(account_id(charlie), "Insultes répétées")
    assert suspended.state == AccountState.suspended
    with pytest.raises(SessionEnded):
        await acting(app, charlie).me()
    sign_in = SignIn(email="charlie@example.org", password=PASSWORD)
    with pytest.raises(WrongCredentials):
        await as_stranger(app).sign_in(sign_in)
    assert "Insultes" not in str(await mails.next("account.suspended"))
    (entry,) = (await staff.audit(AuditQuery(action="account.changed"))).items
    assert entry.details["why"] == "Insultes répétées"
    await staff.lift_suspension(account_id(charlie))
    await as_stranger(app).sign_in(sign_in)
    with pytest.raises(LastOwner):
        await staff.suspend(account_id(dana), "Par mégarde")


async def test_a_program_gives_no_role_that_may_more_than_itself(app: FastAPI) -> None:
    charlie = await a_viewer(app)
    made = await as_service(app).create_client(ClientNew(name="RH", scopes=("people:write",)))
    token = await client_token(app, str(made.id), made.secret)
    program = as_stranger(app).acting(token)
    with pytest.raises(Forbidden):
        await program.change_account(account_id(charlie), AccountChange(roles=(Role.admin,)))
    changed = await program.change_account(account_id(charlie), AccountChange(roles=(Role.crew,)))
    assert changed.roles == ("crew",)


async def client_token(app: FastAPI, client_id: str, secret: str) -> str:
    form = {"grant_type": "client_credentials"}
    async with http(app) as client:
        answer = await client.post("/oauth/token", data=form, auth=(client_id, secret))
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


async def test_two_accounts_of_one_person_become_one(app: FastAPI) -> None:
    dana, alice = await an_owner(app), await a_viewer(app, "alice@example.org")
    twin = await a_viewer(app, "alice@autre.example.org")
    ours = await a_studio(app, twin)
    both = await a_studio(app, twin, "Autre Rive")
    await as_service(app).set_member(both.id, account_id(alice), StudioRole.crew)
    staff = acting(app, dana)
    kept = await staff.merge(account_id(alice), account_id(twin), "Même personne")
    assert kept.id == account_id(alice)
    held = {one.studio_id: one.role for one in (await acting(app, alice).my_studios()).items}
    assert held == {ours.id: StudioRole.producer, both.id: StudioRole.producer}
    with pytest.raises(SessionEnded):
        await acting(app, twin).me()
    with pytest.raises(WrongCredentials):
        await as_stranger(app).sign_in(SignIn(email="alice@autre.example.org", password=PASSWORD))
    with pytest.raises(CannotMerge):
        await staff.merge(account_id(dana), account_id(twin), "Encore une fois")


async def test_who_may_something_is_merged_by_owners_only(app: FastAPI) -> None:
    dana, bob, charlie = await an_owner(app), await an_admin(app), await a_viewer(app)
    admin = acting(app, bob)
    with pytest.raises(OwnersOnly):
        await admin.merge(account_id(charlie), account_id(bob), "Tout à moi")
    with pytest.raises(CannotMerge):
        await admin.merge(account_id(bob), account_id(dana), "Tout à moi")
    with pytest.raises(CannotMerge):
        await admin.merge(account_id(charlie), account_id(charlie), "Lui-même")
    assert (await acting(app, bob).me()).roles == ("admin",)


async def test_nobody_who_has_not_shown_their_address_gets_a_role(app: FastAPI) -> None:
    dana = await an_owner(app)
    new = SignUp(email="patron@example.org", name="Le patron", password=PASSWORD)
    eve = await as_stranger(app).sign_up(new)
    with pytest.raises(EmailUnverified):
        await acting(app, dana).change_account(account_id(eve), AccountChange(roles=(Role.admin,)))
