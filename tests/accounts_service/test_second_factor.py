"""Authenticator apps, recovery codes, and the second step of a sign-in: the stories."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from accounts_service.models.factors import RecoveryCode, Totp
from accounts_service.rules import factors as rules
from kit import clock
from kit.contracts.accounts import (
    AccountChange,
    AccountState,
    PasswordChange,
    SessionEnded,
    Setup,
    SetupLinkNew,
    SignedIn,
    SignInTooOften,
)
from kit.contracts.accounts.factors import (
    CeremonyExpired,
    ConfirmationNeeded,
    SecondFactor,
    SecondFactorNeeded,
    TotpNotStarted,
    WrongFactor,
)
from tests.factories.accounts import PASSWORD, a_viewer, an_owner, as_service, as_stranger
from tests.factories.factors import App, first_step, later, password_sign_in, with_app

CHARLIE = "charlie@example.org"
Forward = Callable[[timedelta], None]
HALF_MINUTE = timedelta(seconds=30)


@pytest.fixture
def forward(monkeypatch: pytest.MonkeyPatch) -> Forward:
    return later(monkeypatch)


async def second_step(app: FastAPI, needed: SecondFactorNeeded, code: str) -> SignedIn:
    step = SecondFactor(challenge=needed.challenge, code=code)
    return await as_stranger(app).second_factor(step)


async def test_who_has_no_second_factor_signs_in_as_ever(app: FastAPI) -> None:
    await a_viewer(app)
    assert (await password_sign_in(app, CHARLIE)).account.email == CHARLIE


async def test_an_app_is_asked_for_its_code_after_the_password(
    app: FastAPI, forward: Forward
) -> None:
    phone = await with_app(app, await a_viewer(app))
    needed = await first_step(app, CHARLIE)
    assert needed.methods == ("totp", "recovery")
    assert needed.expires_in == 300
    forward(HALF_MINUTE)
    opened = await second_step(app, needed, phone.code())
    assert opened.account.email == CHARLIE


async def test_a_code_works_once(app: FastAPI, forward: Forward) -> None:
    phone = await with_app(app, await a_viewer(app))
    with pytest.raises(WrongFactor):
        await second_step(app, await first_step(app, CHARLIE), phone.code())
    forward(HALF_MINUTE)
    await second_step(app, await first_step(app, CHARLIE), phone.code())
    for old in (phone.code(), phone.code(later=-1)):
        with pytest.raises(WrongFactor):
            await second_step(app, await first_step(app, CHARLIE), old)


async def test_of_many_at_once_one_gets_in_by_one_code(app: FastAPI, forward: Forward) -> None:
    phone = await with_app(app, await a_viewer(app))
    needed = [await first_step(app, CHARLIE) for _ in range(4)]
    forward(HALF_MINUTE)
    outcomes = await asyncio.gather(
        *(second_step(app, one, phone.code()) for one in needed), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in outcomes) == ["SignedIn", *["WrongFactor"] * 3]


async def test_a_challenge_opens_one_session(app: FastAPI, forward: Forward) -> None:
    phone = await with_app(app, await a_viewer(app))
    needed = await first_step(app, CHARLIE)
    forward(HALF_MINUTE)
    await second_step(app, needed, phone.code())
    forward(HALF_MINUTE)
    with pytest.raises(CeremonyExpired):
        await second_step(app, needed, phone.code())


async def test_a_telephone_may_be_half_a_minute_off_and_no_more(
    app: FastAPI, forward: Forward
) -> None:
    phone = await with_app(app, await a_viewer(app))
    forward(10 * HALF_MINUTE)
    needed = await first_step(app, CHARLIE)
    for wrong in (phone.code(later=-2), phone.code(later=2)):
        with pytest.raises(WrongFactor):
            await second_step(app, needed, wrong)
    await second_step(app, needed, phone.code(later=-1))


@pytest.mark.parametrize("code", ["", "12345", "1234567", "١٢٣٤٥٦", "abcdef", "000000 000000"])
async def test_what_is_no_code_is_refused(app: FastAPI, code: str) -> None:
    await with_app(app, await a_viewer(app))
    needed = await first_step(app, CHARLIE)
    with pytest.raises(WrongFactor):
        await second_step(app, needed, code or "-")


async def test_a_code_typed_with_spaces_is_taken(app: FastAPI, forward: Forward) -> None:
    phone = await with_app(app, await a_viewer(app))
    forward(HALF_MINUTE)
    code = phone.code()
    await second_step(app, await first_step(app, CHARLIE), f" {code[:3]} {code[3:]}")


async def test_guesses_are_counted_whatever_the_challenge_and_the_address(
    app: FastAPI, forward: Forward
) -> None:
    phone = await with_app(app, await a_viewer(app))
    forward(HALF_MINUTE)
    seen = [
        await _outcome(app, await first_step(app, CHARLIE, f"192.0.2.{number}"))
        for number in range(7)
    ]
    assert seen == [WrongFactor] * 5 + [SignInTooOften] * 2
    forward(timedelta(seconds=2))
    await second_step(app, await first_step(app, CHARLIE, "192.0.2.9"), phone.code())


async def _outcome(app: FastAPI, needed: SecondFactorNeeded) -> type[Exception]:
    try:
        await second_step(app, needed, "000000")
    except (WrongFactor, SignInTooOften) as error:
        return type(error)
    raise AssertionError("the code of this moment is all zeros")


async def test_a_right_code_clears_the_count(app: FastAPI, forward: Forward) -> None:
    phone = await with_app(app, await a_viewer(app))
    for _ in range(3):
        forward(HALF_MINUTE)
        needed = await first_step(app, CHARLIE)
        for _ in range(3):
            with pytest.raises(WrongFactor):
                await second_step(app, needed, "000000")
        await second_step(app, needed, phone.code())


async def test_a_challenge_is_too_old_after_five_minutes(app: FastAPI, forward: Forward) -> None:
    phone = await with_app(app, await a_viewer(app))
    needed = await first_step(app, CHARLIE)
    forward(rules.CEREMONY_LIFE)
    with pytest.raises(CeremonyExpired):
        await second_step(app, needed, phone.code())


@pytest.mark.parametrize("challenge", ["x", "é", "A" * 60, "gAAAA=="])
async def test_nonsense_is_no_challenge(app: FastAPI, challenge: str) -> None:
    with pytest.raises(CeremonyExpired):
        await as_stranger(app).second_factor(SecondFactor(challenge=challenge, code="123456"))


async def test_who_was_suspended_meanwhile_stays_out(app: FastAPI, forward: Forward) -> None:
    owner, viewer = await an_owner(app), await a_viewer(app)
    phone = await with_app(app, viewer)
    needed = await first_step(app, CHARLIE)
    forward(HALF_MINUTE)
    change = AccountChange(state=AccountState.suspended)
    await as_stranger(app).acting(owner.access_token).change_account(viewer.account.id, change)
    with pytest.raises(SessionEnded):
        await second_step(app, needed, phone.code())


async def test_the_database_holds_neither_secrets_nor_codes(app: FastAPI) -> None:
    phone = await with_app(app, await a_viewer(app))
    async with app.state.database.sessions() as session:
        stored = (await session.scalars(select(Totp))).one()
        hashes = (await session.scalars(select(RecoveryCode.code_hash))).all()
    assert phone.secret not in str(stored.sealed_secret)
    assert all(one.startswith("$argon2id$") for one in hashes)
    assert len(hashes) == 10


async def test_a_wrong_first_code_enables_nothing(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    me = as_stranger(app).acting(viewer.access_token)
    with pytest.raises(TotpNotStarted):
        await me.confirm_totp("123456")
    phone = App((await me.start_totp()).secret)
    with pytest.raises(WrongFactor):
        await me.confirm_totp(phone.code(later=5))
    assert (await me.factors()).totp is None
    await password_sign_in(app, CHARLIE)


async def test_the_old_app_works_until_the_new_one_has_shown_a_code(
    app: FastAPI, forward: Forward
) -> None:
    viewer = await a_viewer(app)
    old = await with_app(app, viewer)
    me = as_stranger(app).acting(viewer.access_token)
    new = App((await me.start_totp()).secret)
    forward(HALF_MINUTE)
    await second_step(app, await first_step(app, CHARLIE), old.code())
    assert (await me.confirm_totp(new.code())).recovery_codes == ()
    forward(HALF_MINUTE)
    with pytest.raises(WrongFactor):
        await second_step(app, await first_step(app, CHARLIE), old.code())
    await second_step(app, await first_step(app, CHARLIE), new.code())


async def test_the_uri_names_the_studio_and_the_person(app: FastAPI) -> None:
    viewer = await a_viewer(app)
    start = await as_stranger(app).acting(viewer.access_token).start_totp()
    assert start.uri.startswith("otpauth://totp/Karangou:charlie%40example.org?")
    assert f"secret={start.secret}" in start.uri


async def test_a_new_password_by_link_does_not_replace_the_second_step(
    app: FastAPI, forward: Forward
) -> None:
    phone = await with_app(app, await an_owner(app))
    link = await as_service(app).make_setup_link(SetupLinkNew(email="dana@example.org"))
    setup = Setup(
        token=link.token, email="dana@example.org", password="une autre lampe", name="Dana"
    )
    with pytest.raises(SecondFactorNeeded) as caught:
        await as_stranger(app).set_up(setup)
    forward(HALF_MINUTE)
    opened = await second_step(app, caught.value, phone.code())
    assert opened.account.email == "dana@example.org"


async def test_an_older_session_changes_no_password_without_the_second_step(
    app: FastAPI,
) -> None:
    viewer = await a_viewer(app)
    older = await password_sign_in(app, CHARLIE)
    await with_app(app, viewer)
    change = PasswordChange(current=PASSWORD, new="un autre fleuve")
    with pytest.raises(ConfirmationNeeded):
        await as_stranger(app).acting(older.access_token).change_password(change)
    changed = await as_stranger(app).acting(viewer.access_token).change_password(change)
    assert changed.account.email == CHARLIE
    assert (
        clock.now()
        < (await as_stranger(app).acting(changed.access_token).factors()).confirmed_until
    )
