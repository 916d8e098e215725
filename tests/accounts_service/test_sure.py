"""Dangerous deeds want a fresh proof; staff without a second factor may only enrol one."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI
from sqlalchemy import update

from accounts_service.app import create_app
from accounts_service.models.factors import SessionProof
from accounts_service.rules import factors as rules
from accounts_service.settings import Settings
from kit import clock
from kit.contracts.accounts import (
    AccountChange,
    AccountsClient,
    ClientNew,
    Role,
    SetupLinkNew,
    SignedIn,
    SigningKeyNew,
    SignInTooOften,
    WrongCredentials,
)
from kit.contracts.accounts.factors import (
    Confirmation,
    ConfirmationNeeded,
    Credential,
    LastFactor,
    Method,
    PasskeyChange,
    PasskeyRefused,
    ProviderBegin,
    SecondFactor,
    WrongFactor,
)
from kit.contracts.accounts.studios import InvitationNew
from kit.errors import Forbidden
from tests.authenticator import Authenticator, decoded
from tests.conftest import DatabaseUrl, Start
from tests.factories.accounts import (
    PASSWORD,
    a_viewer,
    an_admin,
    an_owner,
    as_stranger,
    caller_of,
)
from tests.factories.factors import (
    first_step,
    passkey_sign_in,
    password_sign_in,
    with_app,
    with_passkey,
)

NOBODY = UUID(int=0)
CHARLIE = "charlie@example.org"


@pytest.fixture
async def strict(database_url: DatabaseUrl, valkey_url: str, start: Start) -> FastAPI:
    """Return an accounts_service where staff must have a second factor."""
    settings = Settings(
        environment="test",
        database_url=database_url("accounts_service"),
        valkey_url=valkey_url,
        staff_second_factor="required",
    )
    return await start(create_app(settings))


async def let_time_pass(app: FastAPI, by: timedelta = rules.SURE) -> None:
    """Let all sessions have been confirmed so much earlier."""
    async with app.state.database.sessions.begin() as session:
        earlier = SessionProof.confirmed_at - by
        await session.execute(update(SessionProof).values(confirmed_at=earlier))


def as_person(app: FastAPI, person: SignedIn) -> AccountsClient:
    return as_stranger(app).acting(person.access_token)


DEEDS: dict[str, Callable[[AccountsClient], Awaitable[object]]] = {
    "start_totp": lambda me: me.start_totp(),
    "confirm_totp": lambda me: me.confirm_totp("000000"),
    "remove_totp": lambda me: me.remove_totp(),
    "renew_recovery_codes": lambda me: me.renew_recovery_codes(),
    "begin_passkey": lambda me: me.begin_passkey(),
    "rename_passkey": lambda me: me.rename_passkey(NOBODY, PasskeyChange(name="x")),
    "remove_passkey": lambda me: me.remove_passkey(NOBODY),
    "begin_link": lambda me: me.begin_link("google", ProviderBegin()),
    "unlink_provider": lambda me: me.unlink_provider("google"),
}


@pytest.mark.parametrize("deed", DEEDS)
async def test_a_dangerous_deed_wants_a_fresh_proof(app: FastAPI, deed: str) -> None:
    me = as_person(app, await a_viewer(app))
    await let_time_pass(app)
    with pytest.raises(ConfirmationNeeded) as caught:
        await DEEDS[deed](me)
    assert caught.value.methods == (Method.password,)


ADMIN_DEEDS: dict[str, Callable[[AccountsClient], Awaitable[object]]] = {
    "change_account": lambda me: me.change_account(NOBODY, AccountChange(name="x")),
    "make_setup_link": lambda me: me.make_setup_link(SetupLinkNew(email="eve@example.org")),
    "create_client": lambda me: me.create_client(
        ClientNew(name="Sahel TV", scopes=("films:read",))
    ),
    "replace_signing_key": lambda me: me.replace_signing_key(SigningKeyNew()),
    "invite": lambda me: me.invite(InvitationNew(email="eve@example.org", role=Role.moderator)),
}


async def test_what_gives_power_away_wants_a_fresh_proof(app: FastAPI) -> None:
    me = as_person(app, await an_owner(app))
    await let_time_pass(app)
    for deed in ADMIN_DEEDS.values():
        with pytest.raises(ConfirmationNeeded):
            await deed(me)
    assert (await me.accounts()).items


async def test_a_password_confirms_for_ten_minutes(app: FastAPI) -> None:
    me = as_person(app, await a_viewer(app))
    await let_time_pass(app)
    assert (await me.factors()).confirm_with == (Method.password,)
    with pytest.raises(WrongCredentials):
        await me.confirm(Confirmation(password="not this one"))
    with pytest.raises(ConfirmationNeeded):
        await me.start_totp()
    confirmed = await me.confirm(Confirmation(password=PASSWORD))
    assert clock.now() < confirmed.until <= clock.now() + rules.SURE
    await me.start_totp()
    await let_time_pass(app, rules.SURE - timedelta(seconds=60))
    await me.start_totp()
    await let_time_pass(app, timedelta(seconds=60))
    with pytest.raises(ConfirmationNeeded):
        await me.start_totp()


async def test_with_a_second_factor_the_password_confirms_nothing(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    phone = await with_app(app, viewer)
    me = as_person(app, viewer)
    await let_time_pass(app)
    assert (await me.factors()).confirm_with == (Method.totp,)
    with pytest.raises(WrongCredentials):
        await me.confirm(Confirmation(password=PASSWORD))
    with pytest.raises(WrongFactor):
        await me.confirm(Confirmation(code=phone.code()))  # it was spent when it was set up
    await me.confirm(Confirmation(code=phone.code(later=1)))
    await me.remove_totp()


async def test_a_passkey_confirms(app: FastAPI) -> None:
    viewer, phone = await a_viewer(app), Authenticator()
    await with_passkey(app, viewer, phone)
    me = as_person(app, viewer)
    await let_time_pass(app)
    asked = await me.confirm_passkey()
    shown = Credential(ceremony=asked.ceremony, credential=phone.show(asked.options))
    await me.confirm(Confirmation(passkey=shown))
    await me.begin_passkey()


async def test_somebody_elses_passkey_confirms_nothing(app: FastAPI) -> None:
    charlie, bob = await a_viewer(app), await a_viewer(app, "bob@example.org")
    own, other = Authenticator(), Authenticator()
    await with_passkey(app, charlie, own)
    await with_passkey(app, bob, other)
    theirs = await as_person(app, bob).confirm_passkey()
    shown = Credential(ceremony=theirs.ceremony, credential=other.show(theirs.options))
    with pytest.raises(PasskeyRefused):
        await as_person(app, charlie).confirm(Confirmation(passkey=shown))


async def test_guesses_at_a_confirmation_are_counted(app: FastAPI) -> None:
    me = as_person(app, await a_viewer(app))
    for _ in range(5):
        with pytest.raises(WrongCredentials):
            await me.confirm(Confirmation(password="not this one"))
    with pytest.raises(SignInTooOften):
        await me.confirm(Confirmation(password=PASSWORD))


async def test_an_access_token_says_how_and_when_it_was_shown(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    phone = Authenticator()
    await with_passkey(app, viewer, phone)
    opened = await passkey_sign_in(app, phone)
    said = orjson.loads(decoded(opened.access_token.split(".")[1]))
    assert said["amr"] == ["passkey"]
    assert said["iat"] - 5 <= said["auth_time"] <= said["iat"]


async def test_staff_without_a_second_factor_may_only_enrol(strict: FastAPI) -> None:
    owner = await an_owner(strict)
    assert owner.account.roles == ("owner",)
    assert (await caller_of(strict, owner)).roles == frozenset()
    me = as_person(strict, owner)
    assert (await me.me()).email == "dana@example.org"
    with pytest.raises(Forbidden):
        await me.accounts()
    factors = await me.factors()
    assert (factors.must_enrol, factors.must_keep_one) == (True, True)


async def test_staff_that_enrolled_has_its_roles_at_the_next_refresh(strict: FastAPI) -> None:
    owner = await an_owner(strict)
    await with_app(strict, owner)
    assert not (await as_person(strict, owner).factors()).must_enrol
    fresh = await as_stranger(strict).refresh(owner.refresh_token)
    assert (await caller_of(strict, fresh)).roles == {"owner"}
    assert (await as_person(strict, fresh).accounts()).items


async def test_staff_with_a_second_factor_signs_in_with_its_roles(strict: FastAPI) -> None:
    phone = await with_app(strict, await an_owner(strict))
    needed = await first_step(strict, "dana@example.org")
    step = SecondFactor(challenge=needed.challenge, recovery_code=phone.recovery_codes[0])
    opened = await as_stranger(strict).second_factor(step)
    assert (await as_person(strict, opened).accounts()).items


async def test_staff_keeps_one_second_factor(strict: FastAPI) -> None:
    owner = await an_owner(strict)
    await with_app(strict, owner)
    added = await with_passkey(strict, owner, Authenticator())
    me = as_person(strict, owner)
    await me.remove_totp()
    with pytest.raises(LastFactor):
        await me.remove_passkey(added.factors.passkeys[0].id)
    assert len((await me.factors()).passkeys) == 1


async def test_viewers_need_no_second_factor_where_staff_does(strict: FastAPI) -> None:
    viewer = await a_viewer(strict)
    factors = await as_person(strict, viewer).factors()
    assert (factors.must_enrol, factors.must_keep_one) == (False, False)
    await with_app(strict, viewer)
    await as_person(strict, viewer).remove_totp()
    assert (await password_sign_in(strict, CHARLIE)).account.email == CHARLIE


async def test_where_it_is_encouraged_staff_works_without(app: FastAPI) -> None:
    await an_owner(app)
    admin = await an_admin(app)
    assert (await as_person(app, admin).accounts()).items


@pytest.mark.parametrize(
    ("environment", "wish", "must"),
    [
        ("production", "", True),
        ("development", "", False),
        ("test", "", False),
        ("production", "encouraged", False),
        ("development", "required", True),
    ],
)
def test_production_requires_it_of_staff_by_itself(environment: str, wish: str, must: bool) -> None:
    chosen = {"environment": environment, "staff_second_factor": wish}
    secret = "a secret of at least 24 random characters"
    settings = Settings.model_validate({**chosen, "suite_secret": secret})
    assert settings.staff_must_have_second_factor is must
